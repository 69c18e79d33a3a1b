import { isOutside, isServed, isWide, REGISTRY_RULES, type RegistryRule } from '../registry/registry-rules.ts'
import { API, askKnown, LOGIN_VARIABLES, type Look, listOf, objectOf } from './look.ts'

const SHOWN_MAX = 5

type Version = { readonly name: string; readonly version: string; readonly source: string; readonly tags: ReadonlyMap<string, string> }

/** What the registry says: what is in production without a scan, a signature or an approval, and what is loaded from elsewhere. */
export async function lookAtRegistry(look: Look): Promise<void> {
  const models = await askKnown(look, `${API}/registered-models/search?max_results=1000`)
  if (models.status === 401 || models.status === 403) {
    look.passed.push(`The registry was not looked at: it asks for a login (${LOGIN_VARIABLES}).`)
    return
  }
  const answered = await askKnown(look, `${API}/model-versions/search?max_results=10000`)
  const versions = listOf(objectOf(answered), 'model_versions').map(versionOf)
  const served = servedBy(listOf(objectOf(models), 'registered_models'), listOf(objectOf(answered), 'model_versions'))
  const in_use = versions.filter(({ name, version }) => served.has(`${name}/${version}`))
  tellOfProduction(look, in_use, await approvals(look))
  tellOfSources(look, versions)
  look.passed.push(`${versions.length} model versions were looked at, ${in_use.length} of them in production.`)
  await lookAtRoots(look)
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

/** What Millrace itself says is missing, by version; undefined of a server that keeps no approvals. */
async function approvals(look: Look): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  const told = objectOf(await askKnown(look, '/api/2.0/millrace/inventory/unapproved?max_results=1000'))
  if (!told) return undefined
  return new Map(
    listOf(told, 'model_versions').map((one) => [
      `${text(one.name)}/${text(one.version)}`,
      Array.isArray(one.lacks) ? one.lacks.map(text) : [],
    ]),
  )
}

function tellOfProduction(look: Look, in_use: readonly Version[], lacking: ReadonlyMap<string, readonly string[]> | undefined): void {
  const lacks = (what: string) => (one: Version) => {
    const id = `${one.name}/${one.version}`
    return lacking ? (lacking.get(id)?.includes(what) ?? false) : true
  }
  const kinds: readonly [what: string, told: RegistryRule][] = [
    ['scan', REGISTRY_RULES.unscanned],
    ['signature', REGISTRY_RULES.unsigned],
    ['approval', REGISTRY_RULES.unapproved],
  ]
  for (const [what, told] of kinds) {
    const found = in_use.filter(lacks(what))
    if (found.length > 0) look.found.push({ ...told, evidence: shown(found.map(({ name, version }) => `${name} version ${version}`)) })
    else if (in_use.length > 0)
      look.passed.push(
        `Each version in production has ${{ scan: 'a clean scan', signature: 'a signature', approval: 'an approval' }[what]}.`,
      )
  }
}

function tellOfSources(look: Look, versions: readonly Version[]): void {
  const found = versions.filter(({ source }) => isOutside(source))
  if (found.length === 0) {
    if (versions.length > 0) look.passed.push('No model version comes from outside.')
    return
  }
  look.found.push({
    ...REGISTRY_RULES.outside,
    evidence: shown(found.map(({ name, version, source }) => `${name} version ${version}: ${source.slice(0, 60)}`)),
  })
}

/** Folders of artifacts that hold more than artifacts. */
async function lookAtRoots(look: Look): Promise<void> {
  const experiments = listOf(objectOf(await askKnown(look, `${API}/experiments/search?max_results=1000`)), 'experiments')
  const wide = experiments.filter(({ artifact_location }) => isWide(text(artifact_location)))
  if (wide.length > 0)
    look.found.push({
      ...REGISTRY_RULES.wide_root,
      evidence: shown(wide.map((one) => `${text(one.name)}: ${text(one.artifact_location)}`)),
    })
  else if (experiments.length > 0) look.passed.push('No experiment keeps its artifacts in a folder or bucket that holds everything.')
}

const shown = (items: readonly string[]): string =>
  `${[...items].sort().slice(0, SHOWN_MAX).join('; ')}${items.length > SHOWN_MAX ? `; and ${items.length - SHOWN_MAX} more` : ''}`
