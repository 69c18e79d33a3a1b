import { isAbout, summaryOf } from './attestation.ts'
import type { Bundle } from './bundle.ts'
import type { Difference } from './difference.ts'
import { explainDifference, isSame } from './difference.ts'
import type { ModelDigests } from './digests.ts'
import type { Kind } from './kinds.ts'
import { readSignedModel, type SignedModel } from './oms.ts'
import { SignatureProblem } from './problem.ts'
import type { Trust } from './trust.ts'
import { type Checked, checkBundle, type Signer } from './verify.ts'

/** What is asked of a model before it is used, in this order. */
export const LINKS = ['signature', 'provenance', 'scan', 'approval'] as const
export type LinkName = (typeof LINKS)[number]
/** `broken`: there is something, and it can't be relied on. `unsigned`: a server has it on record, and nothing that is signed says so. */
export type LinkState = 'ok' | 'missing' | 'broken' | 'unsigned'

/** One link of the chain from a run to the files at hand. */
export type Link = {
  readonly link: LinkName
  readonly state: LinkState
  readonly sentences: readonly string[]
  readonly signers: readonly Signer[]
}
export type Chain = readonly Link[]

/** What is known of the model at hand. */
export type AtHand = {
  /** How its files differ from those that a signature is over. */
  differenceFrom(signed: SignedModel): Promise<Difference> | Difference
  /** Its digests, by which other attestations name it. */
  readonly digests: ModelDigests
  /** What a server has on record of a link, a sentence each: told where nothing that is signed says it. */
  readonly on_record?: Readonly<Partial<Record<LinkName, readonly string[]>>>
}

const MISSING: Readonly<Record<LinkName, string>> = {
  signature: 'nobody signed these files (millrace sign)',
  provenance: 'nothing tells which run they come from (millrace sign --run)',
  scan: 'nobody looked for what they hold',
  approval: 'nobody approved them',
}

/** Every link of a model's chain: what is there, whose it is, and what is missing. */
export async function chainOf(bundles: readonly Bundle[], model: AtHand, trust: Trust): Promise<Chain> {
  const found = new Map<Kind | undefined, Found[]>()
  for (const bundle of bundles) {
    const checked = checkBundle(bundle, trust)
    const one = checked.ok ? await heldAgainst(checked, model) : { state: 'broken' as const, sentence: checked.sentence }
    // What can't be told what it is stands with the signatures, which everybody looks at.
    const kind = checked.kind ?? 'signature'
    found.set(kind, [...(found.get(kind) ?? []), one])
  }
  return LINKS.map((link) => linkOf(link, found.get(link) ?? [], model.on_record?.[link] ?? []))
}

type Found = { readonly state: LinkState; readonly sentence: string; readonly signer?: Signer }

function linkOf(link: LinkName, all: readonly Found[], on_record: readonly string[]): Link {
  if (all.length === 0 && on_record.length > 0) return { link, state: 'unsigned', sentences: on_record, signers: [] }
  if (all.length === 0) return { link, state: 'missing', sentences: [MISSING[link]], signers: [] }
  const good = all.filter(({ state }) => state === 'ok')
  // A scan that found something is not made good by another that didn't; what a stranger says of one counts neither way.
  const is_found = link === 'scan' && all.some((one) => one.state === 'broken' && one.signer)
  const state = good.length === 0 || is_found ? 'broken' : 'ok'
  const shown = state === 'ok' ? good : all.filter((one) => one.state === 'broken')
  return { link, state, sentences: shown.map(({ sentence }) => sentence), signers: good.flatMap(({ signer }) => signer ?? []) }
}

async function heldAgainst(
  { kind, statement, signer }: Extract<Checked, { ok: true }>,
  model: AtHand,
): Promise<{ state: LinkState; sentence: string; signer: Signer }> {
  const by = describe(signer)
  if (kind === 'signature') {
    try {
      const difference = await model.differenceFrom(readSignedModel(statement))
      if (isSame(difference)) return { state: 'ok', sentence: `by ${by}`, signer }
      return { state: 'broken', sentence: `by ${by}, over other files: ${explainDifference(difference)}`, signer }
    } catch (error) {
      if (!(error instanceof SignatureProblem)) throw error
      return { state: 'broken', sentence: error.message, signer }
    }
  }
  if (!isAbout(statement, model.digests)) return { state: 'broken', sentence: `by ${by}, about another model`, signer }
  const clean = kind !== 'scan' || statement.predicate.ending === 'clean'
  return { state: clean ? 'ok' : 'broken', sentence: `${summaryOf(statement)}; attested by ${by}`, signer }
}

function describe({ name, identity, curve, key_id, by, issuer }: Signer): string {
  if (by === 'key') return `${name} (${curve}, key ${key_id.slice(0, 16)})`
  return by === 'keyless' ? `${identity} (keyless, ${issuer} vouches for them)` : `${identity} (${curve}, certified by ${name})`
}
