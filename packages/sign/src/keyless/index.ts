import type { Unchecked } from '../json.ts'
import { SignatureProblem } from '../problem.ts'
import type { Statement } from '../statement.ts'
import type { Trust } from '../trust.ts'
import type { KeylessPlaces } from './sign.ts'

/** Keyless signatures (Sigstore). What they need of other packages is loaded when one is asked for, and never before. */
export type { KeylessPlaces } from './sign.ts'
export { type Claims, claimsIn } from './token.ts'

/** The same trust, able to check keyless signatures if anybody's count. */
export async function withKeyless(trust: Trust): Promise<Trust> {
  if (trust.identities.length === 0 || trust.keyless) return trust
  const { proven } = await import('./check.ts')
  return { ...trust, keyless: proven }
}

/** Signs a statement with a key that lives as long as this call, for whoever the identity token names. @throws SignatureProblem */
export async function signKeyless(statement: Statement, token: string, places: KeylessPlaces): Promise<string> {
  const { signed } = await import('./sign.ts')
  return signed(statement, token, places)
}

/** The identity token that a build service gives its jobs; undefined where there is none. */
export async function ambientToken(): Promise<string | undefined> {
  const { CIContextProvider } = await import('@sigstore/sign')
  return new CIContextProvider('sigstore').getToken().catch(() => undefined)
}

/** The trusted root of a Sigstore instance by its TUF repository: the public one's, unless another is named. It asks the network. */
export async function fetchTrustedRoot(from: { readonly mirror?: string; readonly root_file?: string } = {}): Promise<Unchecked> {
  const { getTrustedRoot } = await import('@sigstore/tuf')
  const { TrustedRoot } = await import('@sigstore/protobuf-specs')
  try {
    const { mirror, root_file } = from
    const root = await getTrustedRoot({ ...(mirror && { mirrorURL: mirror }), ...(root_file && { rootPath: root_file, forceInit: true }) })
    return TrustedRoot.toJSON(root) as Unchecked
  } catch (error) {
    throw new SignatureProblem(
      `Sigstore's trusted root can't be fetched (${(error as Error).message}): give it as a file (--trusted-root).`,
      { cause: error },
    )
  }
}
