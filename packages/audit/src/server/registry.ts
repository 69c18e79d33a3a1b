import { redact } from '../redact.ts'
import { isOutside, isServed, isWide, REGISTRY_RULES, type RegistryRule } from '../registry/registry-rules.ts'
import { API, type Listed, type Look, listAll, listOf, wantsLogin } from './look.ts'

const SHOWN_MAX = 5

type Version = { readonly name: string; readonly version: string; readonly source: string; readonly tags: ReadonlyMap<string, string> }

/** What the registry says: what is in production without a scan, a signature or an approval, and what is loaded from elsewhere. */
export async function lookAtRegistry(look: Look): Promise<void> {
  const models = await listAll(look, `${API}/registered-models/search`, 'registered_models')
  if (models.ended === 401 || models.ended === 403) {
    look.unseen.push(`The registry was not looked at: ${wantsLogin(look)}.`)
    return
  }
  const listed = await listAll(look, `${API}/model-versions/search`, 'model_versions')
  const versions = listed.items.map(versionOf)
  const served = servedBy(models.items, listed.items)
  const in_use = versions.filter(({ name, version }) => served.has(`${name}/${version}`))
  const is_whole = [isWhole(look, models, 'registered models'), isWhole(look, listed, 'model versions')].every(Boolean)
  tellOfProduction(look, in_use, await approvals(look), is_whole)
  tellOfSources(look, versions, is_whole)
  look.passed.push(`${versions.length} model versions were looked at, ${in_use.length} of them in production.`)
  await lookAtRoots(look)
}

/** Whether a list was read to its end; where it was not, the report says so. */
function isWhole(look: Look, { items, ended }: Listed, what: string): boolean {
  if (ended !== undefined) look.unseen.push(`Of the ${what}, only ${items.length} were looked at: the next page answered ${ended}.`)
  return ended === undefined
}

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

const versionOf = (one: Readonly<Record<string, unknown>>): Version => ({
  name: text(one.name),
  version: text(one.version),
  source: text(one.source),
  tags: new Map(listOf(one, 'tags').map(({ key, value }) => [text(key), text(value)])),
})

/** Versions that a production stage or an alias that is served points to. */
function servedBy(
  models: readonly Readonly<Record<string, unknown>>[],
  versions: readonly Readonly<Record<string, unknown>>[],
): Set<string> {
  const served = new Set<string>()
  for (const model of models) {
    for (const { alias, version } of listOf(model, 'aliases')) {
      if (isServed(text(alias))) served.add(`${text(model.name)}/${text(version)}`)
    }
  }
  for (const { name, version, current_stage } of versions) {
    if (text(current_stage) === 'Production') served.add(`${text(name)}/${text(version)}`)
  }
  return served
}

/** What Millrace itself says is missing, by version; `none` of a server that keeps no approvals, `unknown` where it was not told. */
async function approvals(look: Look): Promise<ReadonlyMap<string, readonly string[]> | 'none' | 'unknown'> {
  const { items, ended } = await listAll(look, '/api/2.0/millrace/inventory/unapproved', 'model_versions')
  if (ended === 404) return 'none'
  if (ended !== undefined) {
    look.unseen.push(`Which versions lack a scan, a signature or an approval was not looked at: the server answered ${ended}.`)
    return 'unknown'
  }
  return new Map(items.map((one) => [`${text(one.name)}/${text(one.version)}`, Array.isArray(one.lacks) ? one.lacks.map(text) : []]))
}

function tellOfProduction(look: Look, in_use: readonly Version[], lacking: Awaited<ReturnType<typeof approvals>>, is_whole: boolean): void {
  if (lacking === 'unknown') return
  const lacks = (what: string) => (one: Version) =>
    lacking === 'none' || (lacking.get(`${one.name}/${one.version}`)?.includes(what) ?? false)
  const kinds: readonly [what: string, told: RegistryRule][] = [
    ['scan', REGISTRY_RULES.unscanned],
    ['signature', REGISTRY_RULES.unsigned],
    ['approval', REGISTRY_RULES.unapproved],
  ]
  for (const [what, told] of kinds) {
    const found = in_use.filter(lacks(what))
    if (found.length > 0) look.found.push({ ...told, evidence: shown(found.map(({ name, version }) => `${name} version ${version}`)) })
    else if (in_use.length > 0 && is_whole)
      look.passed.push(
        `Each version in production has ${{ scan: 'a clean scan', signature: 'a signature', approval: 'an approval' }[what]}.`,
      )
  }
}

function tellOfSources(look: Look, versions: readonly Version[], is_whole: boolean): void {
  const found = versions.filter(({ source }) => isOutside(source))
  if (found.length === 0) {
    if (versions.length > 0 && is_whole) look.passed.push('No model version comes from outside.')
    return
  }
  look.found.push({
    ...REGISTRY_RULES.outside,
    evidence: shown(found.map(({ name, version, source }) => `${name} version ${version}: ${redact(source, false).slice(0, 60)}`)),
  })
}

/** Folders of artifacts that hold more than artifacts. */
async function lookAtRoots(look: Look): Promise<void> {
  const listed = await listAll(look, `${API}/experiments/search`, 'experiments')
  const experiments = listed.items
  const is_whole = isWhole(look, listed, 'experiments')
  const wide = experiments.filter(({ artifact_location }) => isWide(text(artifact_location)))
  if (wide.length > 0)
    look.found.push({
      ...REGISTRY_RULES.wide_root,
      evidence: shown(wide.map((one) => `${text(one.name)}: ${redact(text(one.artifact_location), false)}`)),
    })
  else if (experiments.length > 0 && is_whole)
    look.passed.push('No experiment keeps its artifacts in a folder or bucket that holds everything.')
}

const shown = (items: readonly string[]): string =>
  `${[...items].sort().slice(0, SHOWN_MAX).join('; ')}${items.length > SHOWN_MAX ? `; and ${items.length - SHOWN_MAX} more` : ''}`
