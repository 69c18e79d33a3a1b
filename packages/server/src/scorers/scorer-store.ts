import { randomUUID } from 'node:crypto'
import { forgetGrants } from '../access/grants.ts'
import { scorerNotFound } from '../access/scorer-pattern.ts'
import { command, query, type Reader, type Writer } from '../db/handles.ts'
import { invalid, missing } from '../http/errors.ts'
import { activeExperiment, activeExperimentKey } from '../tracking/experiments/index.ts'
import { type OnlineConfig, reasonNotOnline, type Scorer } from './scorer.ts'

/** With the numbers by which grants know it. */
export type Keyed = Scorer & { readonly id: number; readonly experiment: number }
type Key = { id: number; scorer_id: string; last_version: number }
type KeyOfConfig = { readonly id: number; readonly experiment: number }
type ConfigRow = { id: number; config_id: string; scorer_id: string; sample_rate: number; experiment: number; filter: string | null }

const COLUMNS = `s.experiment as experiment_id, s.name as scorer_name, v.version as scorer_version, v.serialized as serialized_scorer,
  v.created_ms as creation_time, s.scorer_id`
const LATEST = 'v.version = (select max(version) from scorer_version where scorer = s.id)'
const FROM = 'from scorer s join scorer_version v on v.scorer = s.id'

// One statement that counts up, so that two who register at once get two numbers.
const COUNT_UP = query<Key>(
  `insert into scorer (scorer_id, experiment, name, last_version) values (?, ?, ?, 1)
   on conflict (experiment, name) do update set last_version = scorer.last_version + 1 returning id, scorer_id, last_version`,
)
const INSERT_VERSION = command('insert into scorer_version (scorer, version, serialized, created_ms) values (?, ?, ?, ?)')
const VERSIONS = query<Scorer>(`select ${COLUMNS} ${FROM} where s.experiment = ? and s.name = ? order by v.version`)
const VERSION = query<Scorer>(`select ${COLUMNS} ${FROM} where s.experiment = ? and s.name = ? and v.version = ?`)
const NEWEST = query<Scorer>(`select ${COLUMNS} ${FROM} where s.experiment = ? and s.name = ? and ${LATEST}`)
const OF_EXPERIMENTS = query<Keyed>(
  (dialect) =>
    `select ${COLUMNS}, s.id, s.experiment ${FROM} join experiment e on e.id = s.experiment
     where e.deleted_ms is null and ${dialect.inIntegers('s.experiment')} and ${LATEST} order by s.experiment, s.name`,
)
const OF_ALL = query<Keyed>(
  `select ${COLUMNS}, s.id, s.experiment ${FROM} join experiment e on e.id = s.experiment
   where e.deleted_ms is null and ${LATEST} order by s.experiment, s.name`,
)
const DELETE = command('delete from scorer where experiment = ? and name = ?')
const DELETE_VERSION = command(
  'delete from scorer_version where version = ? and scorer = (select id from scorer where experiment = ? and name = ?)',
)
const KEY = query<Key>('select id, scorer_id, last_version from scorer where experiment = ? and name = ?')
const SET_CONFIG = command(
  `insert into online_scoring_config (scorer, config_id, sample_rate, filter) values (?, ?, ?, ?)
   on conflict (scorer) do update set config_id = excluded.config_id, sample_rate = excluded.sample_rate, filter = excluded.filter`,
)
const CONFIGS = query<ConfigRow>(
  (dialect) =>
    `select s.id, c.config_id, s.scorer_id, c.sample_rate, s.experiment, c.filter
     from online_scoring_config c join scorer s on s.id = c.scorer where ${dialect.inTexts('s.scorer_id')} order by s.id`,
)

/** Keeps a scorer's text as its next version. @throws ApiError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE for its experiment */
export async function addVersion(
  tx: Writer,
  experiment_id: string,
  name: string,
  serialized: string,
  now_ms: number,
): Promise<Scorer & { made: number | undefined }> {
  const experiment = await activeExperiment(tx, experiment_id)
  const { id, scorer_id, last_version } = (await tx.get(COUNT_UP, randomUUID(), experiment.id, name)) as Key
  await tx.run(INSERT_VERSION, id, last_version, serialized, now_ms)
  return {
    experiment_id: experiment.id,
    scorer_name: name,
    scorer_version: last_version,
    serialized_scorer: serialized,
    creation_time: now_ms,
    scorer_id,
    // The scorer's own id, where this version made it.
    made: last_version === 1 ? id : undefined,
  }
}

/** The newest version of each scorer of one experiment. @throws ApiError when the experiment is not there, or deleted */
export async function scorersOf(db: Reader, experiment_id: string): Promise<Keyed[]> {
  return await db.all(OF_EXPERIMENTS, db.dialect.list([await activeExperimentKey(db, experiment_id)]))
}

/** The same of those experiments that are active, or of all. */
export async function scorersOfMany(db: Reader, experiments: readonly number[] | undefined): Promise<Keyed[]> {
  return experiments ? await db.all(OF_EXPERIMENTS, db.dialect.list(experiments)) : await db.all(OF_ALL)
}

/** Every version of a scorer, the oldest first. @throws ApiError RESOURCE_DOES_NOT_EXIST when there is none */
export async function versionsOf(db: Reader, experiment_id: string, name: string): Promise<Scorer[]> {
  const found = await db.all(VERSIONS, await activeExperimentKey(db, experiment_id), name)
  if (found.length === 0) throw notFound(experiment_id, name)
  return found
}

/** A scorer's version, or its newest. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function scorerVersion(db: Reader, experiment_id: string, name: string, version: number | undefined): Promise<Scorer> {
  const key = await activeExperimentKey(db, experiment_id)
  const found = version === undefined ? await db.get(NEWEST, key, name) : await db.get(VERSION, key, name, version)
  // Of a scorer that is not there the version says nothing: it reads the same as one that the caller may not see.
  if (!found) throw notFound(experiment_id, name, (await db.get(KEY, key, name)) && version)
  return found
}

/** Removes a version, or the whole scorer with its configuration and grants. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function removeScorer(tx: Writer, experiment_id: string, name: string, version: number | undefined): Promise<void> {
  const { id } = await activeExperiment(tx, experiment_id)
  const scorer = await tx.get(KEY, id, name)
  if (!scorer) throw notFound(experiment_id, name)
  if (version === undefined) {
    await tx.run(DELETE, id, name)
    await forgetGrants(tx, 'scorer', scorer.id)
  } else if ((await tx.run(DELETE_VERSION, version, id, name)) === 0) throw notFound(experiment_id, name, version)
}

/** Says how much of the traces a scorer is to judge; there is one configuration of a scorer. @throws ApiError */
export async function putOnlineConfig(
  tx: Writer,
  experiment_id: string,
  name: string,
  { sample_rate, filter_string }: { sample_rate: number; filter_string: string | undefined },
): Promise<OnlineConfig> {
  const { id } = await activeExperiment(tx, experiment_id)
  const scorer = await tx.get(KEY, id, name)
  if (!scorer) throw notFound(experiment_id, name)
  const newest = await tx.get(NEWEST, id, name)
  const reason = newest && sample_rate > 0 ? reasonNotOnline(name, newest.serialized_scorer) : undefined
  if (reason) throw invalid(reason)
  await tx.run(SET_CONFIG, scorer.id, randomUUID().replaceAll('-', ''), sample_rate, filter_string ?? null)
  return (await onlineConfigs(tx, [scorer.scorer_id]))[0] as OnlineConfig
}

/** The configurations of scorers; those that have none, or are not there, are left out. */
export async function onlineConfigs(db: Reader, scorer_ids: readonly string[]): Promise<(OnlineConfig & KeyOfConfig)[]> {
  return (await db.all(CONFIGS, db.dialect.list(scorer_ids))).map(({ id, config_id, scorer_id, sample_rate, experiment, filter }) => ({
    id,
    experiment,
    online_scoring_config_id: config_id,
    scorer_id,
    sample_rate,
    experiment_id: String(experiment),
    filter_string: filter ?? undefined,
  }))
}

function notFound(experiment_id: string, name: string, version?: number): Error {
  if (version === undefined) return missing(scorerNotFound(experiment_id, name))
  return missing(
    `Scorer with name '${name}' and version ${version} not found for experiment ${experiment_id}; scorers/versions lists them.`,
  )
}
