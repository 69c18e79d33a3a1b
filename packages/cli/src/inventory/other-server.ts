import { isCode, type MillraceClient, MillraceError } from '@millrace/client'
import { addressOf, asking } from '../signing/tracking.ts'
import type { Found } from './found.ts'

const PAGE = 1_000
const EXPERIMENTS_AT_ONCE = 100
const HISTORY_TAG = 'mlflow.log-model.history'

/** What the registry has, by which models of another server are recognized. */
type Registered = {
  readonly versions: ReadonlyMap<string, { readonly source: string; readonly run_id: string | undefined }>
  readonly names: ReadonlyMap<string, string>
  /** Runs and logged models of which a version is made → the version. */
  readonly made_of: ReadonlyMap<string, string>
}

const NOTHING: Registered = { versions: new Map(), names: new Map(), made_of: new Map() }

/** Versions and logged models of another server, and what the registry knows of each: nothing is changed, and no file is fetched. */
export async function modelsOf(other: MillraceClient, registry: MillraceClient | undefined): Promise<Found[]> {
  const known = registry ? await asking('The registry was not asked', () => registered(registry)) : NOTHING
  return asking('The other server was not asked', async () => {
    const at = new URL(other.options.url).host
    const experiments = await experimentsOf(other)
    const { found, made_of } = await versionsOf(other, at, known)
    return [...found, ...(await loggedOf(other, at, experiments, known, made_of))]
  })
}

async function registered(registry: MillraceClient): Promise<Registered> {
  const [versions, names, made_of] = [new Map(), new Map<string, string>(), new Map<string, string>()]
  const search = registry.paged('GET /api/2.0/mlflow/model-versions/search', 'model_versions', { max_results: PAGE })
  for await (const { name, version, source, run_id } of search) {
    const uri = addressOf({ name, version })
    versions.set(uri, { source, run_id: run_id || undefined })
    if (!names.has(name)) names.set(name, uri)
    for (const one of [run_id, loggedModelIn(source)]) if (one) made_of.set(one, uri)
  }
  return { versions, names, made_of }
}

const loggedModelIn = (source: string | undefined): string | undefined => /\bm-[0-9a-f]{32}\b/.exec(source ?? '')?.[0]

async function versionsOf(other: MillraceClient, at: string, known: Registered): Promise<{ found: Found[]; made_of: Set<string> }> {
  const found: Found[] = []
  const made_of = new Set<string>()
  const search = other.paged('GET /api/2.0/mlflow/model-versions/search', 'model_versions', { max_results: PAGE })
  for await (const { name, version, source, run_id, user_id } of search) {
    const logged = loggedModelIn(source)
    for (const one of [run_id, logged]) if (one) made_of.add(one)
    const uri = addressOf({ name, version })
    const here = known.versions.get(uri)
    const same = here !== undefined && (run_id ? here.run_id === run_id : here.source === source)
    const from = same ? uri : known.made_of.get(logged ?? run_id ?? '')
    const changed = here ? uri : known.names.get(name)
    const match = from ?? changed
    found.push({
      status: from !== undefined ? 'known' : changed !== undefined ? 'changed' : 'unknown',
      where: `${at} ${uri}`,
      kind: 'version',
      owner: user_id ?? '',
      versions: match === undefined ? [] : [match],
      scan: '',
      findings: [],
    })
  }
  return { found, made_of }
}

async function experimentsOf(other: MillraceClient): Promise<string[]> {
  const ids: string[] = []
  const search = other.paged('POST /api/2.0/mlflow/experiments/search', 'experiments', { max_results: PAGE })
  for await (const { experiment_id } of search) ids.push(experiment_id)
  return ids
}

type Logged = { readonly run_id: string | undefined; readonly model_id?: string | undefined; readonly name: string; readonly owner: string }

/** Models that runs of the other server logged, and that are registered neither there nor here. */
async function loggedOf(
  other: MillraceClient,
  at: string,
  experiments: readonly string[],
  known: Registered,
  registered_there: ReadonlySet<string>,
): Promise<Found[]> {
  const found: Found[] = []
  for (let from = 0; from < experiments.length; from += EXPERIMENTS_AT_ONCE) {
    const experiment_ids = experiments.slice(from, from + EXPERIMENTS_AT_ONCE)
    for (const { run_id, model_id, name, owner } of [
      ...(await modelsIn(other, experiment_ids)),
      ...(await runsIn(other, experiment_ids)),
    ]) {
      const id = model_id ?? run_id ?? ''
      const version = known.made_of.get(id)
      if (version === undefined && registered_there.has(id)) continue
      found.push({
        status: version === undefined ? 'unknown' : 'known',
        where: `${at} ${model_id === undefined ? `runs:/${run_id}` : `models:/${model_id}`} ${name}`.trimEnd(),
        kind: 'logged model',
        owner,
        versions: version === undefined ? [] : [version],
        scan: '',
        findings: [],
      })
    }
  }
  return found
}

/** Logged models as MLflow 3 has them; an older server has none, and no such route. */
async function modelsIn(other: MillraceClient, experiment_ids: string[]): Promise<Logged[]> {
  const search = other.paged('POST /api/2.0/mlflow/logged-models/search', 'models', { experiment_ids, max_results: 100 })
  const found: Logged[] = []
  try {
    for await (const { info } of search) {
      const owner = info.tags?.find(({ key }) => key === 'mlflow.user')?.value ?? ''
      found.push({ run_id: info.source_run_id, model_id: info.model_id, name: info.name, owner })
    }
  } catch (error) {
    if (!(error instanceof MillraceError) || (error.status !== 404 && !isCode(error, 'ENDPOINT_NOT_FOUND'))) throw error
  }
  return found
}

/** Runs into which older clients logged a model as plain files. */
async function runsIn(other: MillraceClient, experiment_ids: string[]): Promise<Logged[]> {
  const filter = `tags.\`${HISTORY_TAG}\` LIKE '%'`
  const search = other.paged('POST /api/2.0/mlflow/runs/search', 'runs', { experiment_ids, filter, max_results: PAGE })
  const found: Logged[] = []
  for await (const { info } of search) {
    found.push({ run_id: info.run_id, name: info.run_name ?? '', owner: info.user_id ?? '' })
  }
  return found
}
