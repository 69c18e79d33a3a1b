import { ConfigProblem, type Environment, type Given, textOfFile } from '@millrace/server/config'
import { parseObject, type Statement, type Trust, trustedRootIn, trustIdentity } from '@millrace/sign'
import { textOf } from './key-options.ts'
import { FULCIO, keylessSignerOptions, REKOR } from './keyless-options.ts'
import type { Pen } from './signer.ts'

/** Whether flags say that is signed keylessly. @throws ConfigProblem when they say otherwise too */
export function isKeyless(given: Given): boolean {
  if (given.sigstore !== true) {
    const stray = keylessSignerOptions.find(({ flag }) => given[flag] !== undefined)
    if (stray) throw new ConfigProblem(`--${stray.flag} goes with --sigstore, which signs keylessly.`)
    return false
  }
  const other = ['key', 'signer', 'certificate', 'certificate-chain'].find((flag) => given[flag] !== undefined)
  if (other) throw new ConfigProblem(`--sigstore needs no key, and --${other} names one: give one of them.`)
  return true
}

/** What signs keylessly: each statement with a key and a certificate of its own. @throws ConfigProblem, SignatureProblem */
export async function keylessPen(given: Given, env: Environment): Promise<Pen> {
  const places = {
    fulcio_url: urlOf(given, 'fulcio-url') ?? FULCIO,
    rekor_url: urlOf(given, 'rekor-url') ?? REKOR,
    timestamp_url: urlOf(given, 'timestamp-server-url'),
  }
  const { claimsIn, signKeyless } = await import('@millrace/sign/keyless')
  const token = await identityToken(given, env)
  const { subject, issuer } = claimsIn(token, Date.now())
  return {
    by: { identity: subject, issuer },
    told: `by      ${subject} (keyless, ${issuer} vouches for them)`,
    sign: (statement: Statement) => signKeyless(statement, token, places),
  }
}

function urlOf(given: Given, flag: string): string | undefined {
  const text = textOf(given, flag)
  if (text === undefined) return undefined
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
  throw new ConfigProblem(`--${flag} takes an address, such as ${FULCIO}.`)
}

/** The token that says who signs: from a file, a variable or the build service. @throws ConfigProblem when there is none */
async function identityToken(given: Given, env: Environment): Promise<string> {
  const file = textOf(given, 'identity-token-file') ?? env.SIGSTORE_ID_TOKEN_FILE
  const { ambientToken } = await import('@millrace/sign/keyless')
  const token = (file ? textOfFile(file, '--identity-token-file') : env.SIGSTORE_ID_TOKEN || (await ambientToken()))?.trim()
  if (token) return token
  throw new ConfigProblem(
    'Who signs? --sigstore needs an identity token: --identity-token-file, SIGSTORE_ID_TOKEN, or a build service that gives its jobs one ' +
      '(GitHub Actions: permissions: id-token: write).',
  )
}

/** Trust in who is named; undefined when nobody is. Without a file for the root it is fetched. @throws ConfigProblem, SignatureProblem */
export async function namedIdentity(given: Given): Promise<Trust | undefined> {
  const name = textOf(given, 'certificate-identity')
  const issuer = textOf(given, 'certificate-oidc-issuer')
  const file = textOf(given, 'trusted-root')
  if (!name && !issuer && file === undefined) return undefined
  if (!name || !issuer) {
    throw new ConfigProblem('--certificate-identity and --certificate-oidc-issuer go together: who signed, and who vouches for them.')
  }
  if (file !== undefined) return trustIdentity(name, issuer, trustedRootIn(parseObject(textOfFile(file, '--trusted-root'), file), file))
  const { fetchTrustedRoot } = await import('@millrace/sign/keyless')
  const mirror = urlOf(given, 'tuf-mirror')
  const root_file = textOf(given, 'tuf-root')
  if ((mirror === undefined) !== (root_file === undefined)) throw new ConfigProblem('--tuf-mirror and --tuf-root go together.')
  return trustIdentity(name, issuer, await fetchTrustedRoot({ ...(mirror && { mirror }), ...(root_file && { root_file }) }))
}
