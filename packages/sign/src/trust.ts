import type { X509Certificate } from 'node:crypto'
import { fingerprintOf, readCertificate } from './certificates.ts'
import { listIn, objectIn, parseObject, textIn, type Unchecked } from './json.ts'
import type { KeylessCheck } from './keyless-check.ts'
import { type PublicKey, readPublicKey } from './keys.ts'
import { KINDS, type Kind } from './kinds.ts'
import { SignatureProblem } from './problem.ts'

/** What a signer may say unless the trust file says otherwise: that a model is theirs, and where it comes from. */
const MAY: readonly Kind[] = ['signature', 'provenance']

/** A key whose signatures count, and for what. */
export type TrustedKey = { readonly name: string; readonly key: PublicKey; readonly may: readonly Kind[] }

/** An authority whose certificates count: all of them, or those of the named people and programs. */
export type TrustedAuthority = {
  readonly name: string
  readonly certificate: X509Certificate
  readonly identities: readonly string[] | undefined
  readonly may: readonly Kind[]
}

/** A person or program whose keyless signatures count, by whoever vouches for them: of Sigstore's certificates anybody can get one. */
export type TrustedIdentity = {
  readonly name: string
  /** A trusted root of Sigstore, as JSON: its authorities, logs and clocks. */
  readonly trusted_root: Unchecked
  /** The e-mail address or URI that the certificate is for, letter by letter. */
  readonly identity: string
  /** The OpenID Connect issuer that knew them. */
  readonly issuer: string
  readonly may: readonly Kind[]
}

/** Whose signatures count. */
export type Trust = {
  readonly keys: readonly TrustedKey[]
  readonly authorities: readonly TrustedAuthority[]
  readonly identities: readonly TrustedIdentity[]
  /** What checks keyless signatures; `withKeyless` of `@millrace/sign/keyless` puts it here. */
  readonly keyless?: KeylessCheck
  /** Ids of keys and SHA-256 of certificates that no longer count, and why. */
  readonly revoked: ReadonlyMap<string, string>
}

export const NOBODY: Trust = { keys: [], authorities: [], identities: [], revoked: new Map() }

/**
 * A trust file: `{ "keys": [{ "name", "public_key", "may" }], "certificates": [{ "name", "certificate", "identities", "may" }],
 * "sigstore": [{ "name", "trusted_root", "identities": [{ "identity", "issuer" }], "may" }], "revoked": [{ "id", "reason" }] }`.
 * @throws SignatureProblem that names the entry
 */
export function readTrust(text: string, what = 'The trust file'): Trust {
  const raw = parseObject(text, what)
  for (const name of Object.keys(raw)) {
    if (!['keys', 'certificates', 'sigstore', 'revoked', 'about'].includes(name))
      throw new SignatureProblem(`${what} has a list '${name}', which is not known.`)
  }
  const entries = (list: string): readonly Unchecked[] =>
    listIn(raw[list] ?? [], `'${list}' in ${what}`).map((one, at) => objectIn(one, `${list}[${at}] in ${what}`))
  return {
    keys: entries('keys').map((one, at) => ({
      name: textIn(one.name, `The name of keys[${at}] in ${what}`),
      key: readPublicKey(textIn(one.public_key, `The public_key of keys[${at}] in ${what}`), `keys[${at}] in ${what}`),
      may: mayIn(one.may, `keys[${at}] in ${what}`),
    })),
    authorities: entries('certificates').map((one, at) => ({
      name: textIn(one.name, `The name of certificates[${at}] in ${what}`),
      certificate: readCertificate(
        textIn(one.certificate, `The certificate of certificates[${at}] in ${what}`),
        `certificates[${at}] in ${what}`,
      ),
      identities:
        one.identities === undefined
          ? undefined
          : listIn(one.identities, `The identities of certificates[${at}] in ${what}`).map((name) => textIn(name, 'An identity')),
      may: mayIn(one.may, `certificates[${at}] in ${what}`),
    })),
    identities: entries('sigstore').flatMap((one, at) => identitiesIn(one, `sigstore[${at}] in ${what}`)),
    revoked: new Map(
      entries('revoked').map((one, at) => {
        const id = textIn(one.id, `The id of revoked[${at}] in ${what}`).toLowerCase()
        if (!/^[0-9a-f]{64}$/.test(id))
          throw new SignatureProblem(`revoked[${at}] in ${what} names no id of 64 hex digits (millrace keys list).`)
        return [id, typeof one.reason === 'string' ? one.reason : '']
      }),
    ),
  }
}

function identitiesIn(one: Unchecked, what: string): readonly TrustedIdentity[] {
  const name = textIn(one.name, `The name of ${what}`)
  const may = mayIn(one.may, what)
  const trusted_root = trustedRootIn(objectIn(one.trusted_root, `The trusted_root of ${what}`), `The trusted_root of ${what}`)
  const identities = listIn(one.identities, `The identities of ${what}`)
  if (identities.length === 0) throw new SignatureProblem(`${what} names no identity, and anybody can sign keylessly: say whose counts.`)
  return identities.map((raw) => {
    const { identity, issuer } = objectIn(raw, `An identity of ${what}`)
    const [by, of] = [textIn(identity, `An identity of ${what}`), textIn(issuer, `The issuer of an identity of ${what}`)]
    if (by === '' || of === '') throw new SignatureProblem(`An identity of ${what} or its issuer is empty.`)
    return { name, trusted_root, identity: by, issuer: of, may }
  })
}

/** A trusted root of Sigstore: by itself, or in a client's configuration, as `model_signing` takes it. @throws SignatureProblem */
export function trustedRootIn(raw: Unchecked, what: string): Unchecked {
  const root = raw.trustedRoot === undefined ? raw : objectIn(raw.trustedRoot, what)
  if (Array.isArray(root.certificateAuthorities) && Array.isArray(root.tlogs)) return root
  throw new SignatureProblem(`${what} is no trusted root of Sigstore: it has no certificateAuthorities and tlogs (trusted_root.json).`)
}

function mayIn(raw: unknown, what: string): readonly Kind[] {
  if (raw === undefined) return MAY
  return listIn(raw, `'may' of ${what}`).map((one) => {
    const kind = KINDS.find((known) => known === one)
    if (kind === undefined) throw new SignatureProblem(`'may' of ${what} holds ${JSON.stringify(one)}; it may hold ${KINDS.join(', ')}.`)
    return kind
  })
}

/** Trust in one key, for whatever it signed: of whoever names the key themselves. */
export const trustKey = (key: PublicKey, name = 'the given key'): Trust => ({ ...NOBODY, keys: [{ name, key, may: KINDS }] })

/** Trust in the certificates that an authority issues. */
export const trustAuthority = (certificate: X509Certificate, name = 'the given authority'): Trust => ({
  ...NOBODY,
  authorities: [{ name, certificate, identities: undefined, may: KINDS }],
})

/** Trust in one identity that signs keylessly, by one root. */
export const trustIdentity = (identity: string, issuer: string, trusted_root: Unchecked, name = 'the given identity'): Trust => ({
  ...NOBODY,
  identities: [{ name, trusted_root, identity, issuer, may: KINDS }],
})

/** All that one of them trusts; what one of them revoked counts for none. */
export const joinTrust = (...each: readonly Trust[]): Trust => ({
  ...Object.assign({}, ...each.map(({ keyless }) => keyless && { keyless })),
  keys: each.flatMap(({ keys }) => keys),
  authorities: each.flatMap(({ authorities }) => authorities),
  identities: each.flatMap(({ identities }) => identities),
  revoked: new Map(each.flatMap(({ revoked }) => [...revoked])),
})

/** Why a key or one of these certificates no longer counts; undefined when they do. */
export function revocationOf(trust: Trust, key_id: string, chain: readonly X509Certificate[] = []): string | undefined {
  for (const id of [key_id, ...chain.map(fingerprintOf)]) {
    const reason = trust.revoked.get(id)
    if (reason !== undefined) return reason || 'no reason is given'
  }
  return undefined
}
