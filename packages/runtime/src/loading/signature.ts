import { type MillraceClient, MillraceError } from '@millrace/client'
import {
  attestedDigests,
  type Bundle,
  chainOf,
  differenceFrom,
  readBundle,
  readBundles,
  SignatureProblem,
  type Trust,
} from '@millrace/sign'
import { Refused } from '../refused.ts'
import type { Copy } from './copy.ts'
import type { Version } from './registry.ts'

/** Whose signature a model must have to be loaded. */
export type SignatureRules = {
  /** Those who are trusted here; undefined where nobody has to have signed. */
  readonly trust?: Trust | undefined
  /** The alias by which a version is asked for: what the registry's policy asks of it must still hold. */
  readonly alias?: string | undefined
}

/** Where a folder keeps what is signed of it. */
const BESIDE = ['model.sig', 'model.attestations.jsonl']
const BESIDE_MAX_BYTES = 16 * 1024 * 1024
/** So many attestations of a version are looked at; more are no honest registry's. */
const BUNDLES_MAX = 200

/** Holds a folder's signature against its files, where somebody must have signed. @throws Refused('signature') */
export async function checkFolderSignature(copy: Copy, { trust }: SignatureRules): Promise<void> {
  if (trust === undefined) return
  const bundles = BESIDE.flatMap((name) => {
    const file = copy.files.get(name)
    return file === undefined ? [] : read(() => readBundles(file.read(0, Math.min(file.size, BESIDE_MAX_BYTES)).toString('utf8')))
  })
  await requireSigner(bundles, copy, trust)
}

/** Holds a version's signatures against what arrived, by who is trusted here and by the registry's policy. @throws Refused('signature') */
export async function checkVersionSignature(client: MillraceClient, version: Version, copy: Copy, rules: SignatureRules): Promise<void> {
  if (rules.trust !== undefined) await requireSigner(await bundlesOf(client, version), copy, rules.trust)
  if (rules.alias !== undefined) await askPolicy(client, version, rules.alias)
}

/** A signature that the registry counted when the alias was moved may have been revoked since. */
async function askPolicy(client: MillraceClient, version: Version, alias: string): Promise<void> {
  const told = await unlessUnknown(() => client.millrace.promotionsExplain({ ...version, alias }))
  const lack = told?.missing.find(({ what }) => what === 'signature')
  if (!lack) return
  throw new Refused(
    'signature',
    `The registry's policy for '${alias}' asks for a signature, and ${lack.says}: sign the version (millrace sign).`,
  )
}

async function requireSigner(bundles: readonly Bundle[], { digests }: Copy, trust: Trust): Promise<void> {
  const files = Array.from(digests, ([path, sha256]) => ({ path, sha256 }))
  const chain = await chainOf(
    bundles,
    { digests: attestedDigests(files), differenceFrom: (signed) => differenceFrom(signed, files) },
    trust,
  )
  const link = chain.find((one) => one.link === 'signature')
  if (link?.state === 'ok') return
  throw new Refused('signature', `Only what somebody signed who is trusted here is served: ${link?.sentences.join('; ')}.`)
}

async function bundlesOf(client: MillraceClient, version: Version): Promise<readonly Bundle[]> {
  const listed = await unlessUnknown(() => client.millrace.attestationsList(version))
  const bundles: Bundle[] = []
  for (const { attestation_id, kind } of (listed?.attestations ?? []).slice(0, BUNDLES_MAX)) {
    if (kind !== 'signature') continue
    const { bundle } = await client.millrace.attestationsGet({ ...version, attestation_id })
    bundles.push(read(() => readBundle(bundle)))
  }
  return bundles
}

function read<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof SignatureProblem)) throw error
    throw new Refused('signature', `What is signed can't be read: ${error.message}`, { cause: error })
  }
}

/** A server of MLflow's knows no signatures: there nobody has signed, and nothing is asked for. */
async function unlessUnknown<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof MillraceError && error.status === 404) return undefined
    if (error instanceof MillraceError && error.status < 500)
      throw new Refused('signature', `The server says: ${error.message}`, { cause: error })
    throw new Refused('fetch', `The signatures did not arrive: ${(error as Error).message}`, { cause: error })
  }
}
