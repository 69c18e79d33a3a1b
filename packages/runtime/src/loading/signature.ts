import { type MillraceClient, MillraceError } from '@millrace/client'
import {
  attestedDigests,
  type Bundle,
  chainOf,
  differenceFrom,
  type Link,
  type LinkName,
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
  await requireSigner(bundlesBeside(copy), copy, trust)
}

/** What is attested in files beside a model. @throws Refused('signature') */
export const bundlesBeside = ({ files }: Copy): readonly Bundle[] =>
  BESIDE.flatMap((name) => {
    const file = files.get(name)
    return file === undefined ? [] : read(() => readBundles(file.read(0, Math.min(file.size, BESIDE_MAX_BYTES)).toString('utf8')))
  })

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

/**
 * Holds the signatures and approvals of a model that is code against its files: both must be there, by those who are trusted.
 * @throws Refused('signature'), Refused('approval')
 */
export async function checkApproval(bundles: readonly Bundle[], copy: Copy, trust: Trust | undefined): Promise<void> {
  if (trust === undefined) {
    throw new Refused(
      'signature',
      'A sandbox runs only what is signed and approved: say whose word counts with --trust FILE (millrace keys).',
    )
  }
  await requireSigner(bundles, copy, trust)
  const link = await linkOf('approval', bundles, copy, trust)
  if (link?.state === 'ok') return
  const cure = 'have the version approved (millrace requests approve), by a server whose key may attest approvals in the trust file'
  throw new Refused('approval', `A sandbox runs only what is approved, and of this ${link?.sentences.join('; ')}: ${cure}.`)
}

async function requireSigner(bundles: readonly Bundle[], copy: Copy, trust: Trust): Promise<void> {
  const link = await linkOf('signature', bundles, copy, trust)
  if (link?.state === 'ok') return
  throw new Refused('signature', `Only what somebody signed who is trusted here is served: ${link?.sentences.join('; ')}.`)
}

async function linkOf(name: LinkName, bundles: readonly Bundle[], { digests }: Copy, trust: Trust): Promise<Link | undefined> {
  const files = Array.from(digests, ([path, sha256]) => ({ path, sha256 }))
  const chain = await chainOf(
    bundles,
    { digests: attestedDigests(files), differenceFrom: (signed) => differenceFrom(signed, files) },
    trust,
  )
  return chain.find(({ link }) => link === name)
}

/** What is attested of a version: that it is signed, and, where that is asked for, that it was approved. @throws Refused('signature') */
export async function bundlesOf(client: MillraceClient, version: Version, kinds = ['signature']): Promise<readonly Bundle[]> {
  const listed = await unlessUnknown(() => client.millrace.attestationsList(version))
  const bundles: Bundle[] = []
  for (const { attestation_id, kind } of (listed?.attestations ?? []).slice(0, BUNDLES_MAX)) {
    if (!kinds.includes(kind)) continue
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
