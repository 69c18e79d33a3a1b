import type { Option } from '@millrace/server/config'

const signs = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Keyless (Sigstore)' })

/** Sigstore's public authority. */
export const FULCIO = 'https://fulcio.sigstore.dev'
/** Sigstore's public log. */
export const REKOR = 'https://rekor.sigstore.dev'

/** How is signed without a key of one's own. */
export const keylessSignerOptions: readonly Option[] = [
  signs({ flag: 'sigstore', about: 'Sign keylessly: by an identity token, with a certificate that Sigstore gives for minutes' }),
  signs({ flag: 'identity-token-file', value: '<file>', about: 'The token’s file; else SIGSTORE_ID_TOKEN, or the build service’s own' }),
  signs({ flag: 'fulcio-url', value: '<url>', fallback: FULCIO, about: 'Who certifies' }),
  signs({ flag: 'rekor-url', value: '<url>', fallback: REKOR, about: 'The public log that the signature is put into' }),
  signs({ flag: 'timestamp-server-url', value: '<url>', about: 'Have the time attested too (RFC 3161)' }),
]

const identity = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Whose keyless signature counts (Sigstore)' })

/** Whose keyless signature counts. */
export const keylessTrustOptions: readonly Option[] = [
  identity({
    flag: 'certificate-identity',
    value: '<name>',
    about: 'Trust who is certified as this e-mail address or URI, letter by letter',
  }),
  identity({ flag: 'certificate-oidc-issuer', value: '<url>', about: 'and for whom this OpenID Connect issuer vouches' }),
  identity({
    flag: 'trusted-root',
    value: '<file>',
    fallback: 'that of sigstore.dev, which is fetched (TUF)',
    about: 'Sigstore’s trusted_root.json; with it no network is needed',
  }),
  identity({ flag: 'tuf-mirror', value: '<url>', about: 'Fetch the root from this TUF repository, of a Sigstore of your own' }),
  identity({ flag: 'tuf-root', value: '<file>', about: 'and begin with this root.json of it' }),
]
