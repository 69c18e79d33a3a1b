import { isServed, type RegistryFacts, type VersionInUse } from '@millrace/audit/registry'
import type { Settings } from '../config.ts'
import { query, type Reader } from '../db/handles.ts'
import { NOBODY } from '../http/access.ts'
import { type InUse, versionsInUse } from '../registry/inventory/index.ts'
import { type Policy, policyInForce, ruleFor, type Target } from '../registry/policy/index.ts'

const PAGE = 500
const IN_USE_MAX = 20_000
const SOURCES_MAX = 200_000
const ROOTS_MAX = 10_000
const STAGES = ['None', 'Staging', 'Production', 'Archived']

type Source = { readonly id: number; readonly name: string; readonly version: number; readonly source: string | null }
const SOURCES = query<Source>(
  `select v.id, m.name, v.version, v.source from model_version v join registered_model m on m.id = v.model
   where m.workspace = ? and m.is_prompt = 0 and v.deleted_ms is null and v.id < ? order by v.id desc limit ?`,
)
const ROOTS = query<{ name: string; artifact_location: string }>(
  'select name, artifact_location from experiment where workspace = ? and deleted_ms is null order by id desc limit ?',
)

/** What the rules on registries ask: read in pages, between which everybody else has a turn. */
export async function factsOfRegistry(db: Reader, settings: Settings, has_login: boolean): Promise<RegistryFacts> {
  const { policy } = await policyInForce(db, { settings, caller: { ...NOBODY, user_id: has_login ? 1 : 0 } })
  const left: string[] = []
  const in_use: VersionInUse[] = []
  let seen = 0
  for (let after = 0; ; ) {
    const page = await versionsInUse(db, after, PAGE)
    in_use.push(...page.flatMap((one) => inProduction(one, policy)))
    after = page.at(-1)?.id ?? 0
    seen += page.length
    if (page.length < PAGE) break
    if (seen >= IN_USE_MAX) {
      left.push(`More than ${IN_USE_MAX} versions are in use: the oldest ${seen} were looked at.`)
      break
    }
    await turn()
  }
  return { in_use, sources: await sourcesOf(db, left), roots: await rootsOf(db, settings), left }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A version as the rules see it, if anything of production points to it. */
function inProduction(one: InUse, policy: Policy): VersionInUse[] {
  const targets: Target[] = one.aliases.map((name) => ({ kind: 'alias', name }))
  const stage = STAGES[one.stage] ?? String(one.stage)
  if (stage === 'Staging' || stage === 'Production') targets.push({ kind: 'stage', name: stage })
  const places = targets.filter((target) => ruleFor(policy, one.name, target) !== undefined || isProduction(target))
  if (places.length === 0) return []
  const bypassed = one.approved
    ? []
    : places.filter((place) => one.bypassed.some(({ kind, target }) => kind === place.kind && sameName(target, place.name)))
  return [
    {
      name: one.name,
      version: one.version,
      places: places.map(shown),
      scan: one.scan,
      scan_rules: one.scan_rules,
      signed: one.signed,
      approved: one.approved,
      bypassed: bypassed.map(shown),
      unprotected: places.filter((place) => ruleFor(policy, one.name, place) === undefined).map(shown),
    },
  ]
}

const isProduction = ({ kind, name }: Target): boolean => (kind === 'alias' ? isServed(name) : name === 'Production')
const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
const shown = ({ kind, name }: Target): string => (kind === 'alias' ? `@${name}` : `stage ${name}`)

async function sourcesOf(db: Reader, left: string[]): Promise<RegistryFacts['sources']> {
  const sources: { name: string; version: number; source: string }[] = []
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const page = await db.all(SOURCES, db.workspace, before, PAGE)
    for (const { name, version, source } of page) sources.push({ name, version, source: source ?? '' })
    before = page.at(-1)?.id ?? 0
    if (page.length < PAGE) return sources
    if (sources.length >= SOURCES_MAX) {
      left.push(`There are more than ${SOURCES_MAX} versions: the newest ${sources.length} were looked at.`)
      return sources
    }
    await turn()
  }
}

/** Where artifacts are kept: by the server itself, and by experiments that have a place of their own. */
async function rootsOf(db: Reader, settings: Settings): Promise<RegistryFacts['roots']> {
  const own = [
    { of: '--artifacts-destination', location: settings.artifacts_destination },
    { of: '--default-artifact-root', location: settings.default_artifact_root },
    ...(settings.allowed_artifact_roots ?? []).map((location) => ({ of: '--allowed-artifact-roots', location })),
  ]
  const experiments = await db.all(ROOTS, db.workspace, ROOTS_MAX)
  return [...own, ...experiments.map(({ name, artifact_location }) => ({ of: `experiment ${name}`, location: artifact_location }))]
}
