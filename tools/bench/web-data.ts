import Sqlite from 'better-sqlite3'

/** How much of everything the web page is measured with. */
export type Sizes = {
  readonly runs: number
  readonly metrics: number
  readonly names: number
  readonly lines: number
  readonly points: number
}

export const START_MS = 1_700_000_000_000
const NAMED_RUNS = 10
export const PARAMS = 5

/** The experiments that {@link fillForWeb} makes, by what they are for. */
export const EXPERIMENTS = { many: 101, thousand: 102, names: 103, lines: 104 } as const

/** Begins a statement that has the numbers from 0 as table `n`. */
export const COUNT = 'with recursive n (i) as (select 0 union all select i + 1 from n where i + 1 < ?)'
// Knuth's multiplicative hash: values that look random and are the same in every run.
export const value = (run: string, key: string): string => `((${run} * 2654435761 + ${key} * 40503) % 1000003) / 1000003.0`

/** The name of a metric by its number, in SQL. */
export const metricName = (key: string): string => `'metric/' || printf('%05d', ${key})`

/** Fills the database of a server that is stopped: a hundred thousand runs over its own endpoints would take longer than the measuring. */
export function fillForWeb(path: string, sizes: Sizes): void {
  const db = new Sqlite(path)
  db.pragma('journal_mode = WAL')
  const run = (sql: string, ...values: unknown[]): void => void db.prepare(sql).run(...values)
  const names = Math.max(sizes.names, sizes.metrics)
  db.transaction(() => {
    run(`insert into entity_key (id, name) ${COUNT} select 1000000 + i, ${metricName('i')} from n where true`, names)
    run(`insert into entity_key (id, name) ${COUNT} select 2000000 + i, 'param_' || i from n where true`, PARAMS)
  })()
  const insertRuns = (experiment: number, runs: number, metrics: number): void =>
    db.transaction(() => {
      run(
        `insert into experiment (id, name, artifact_location, created_ms, updated_ms) values (?, ?, ?, ?, ?)`,
        experiment,
        `${runs} runs of ${metrics} metrics, ${experiment}`,
        `mlflow-artifacts:/${experiment}`,
        START_MS,
        START_MS,
      )
      const first = experiment * 1_000_000
      run(
        `insert into run (id, run_id, experiment, name, user_id, status, start_ms, end_ms) ${COUNT}
         select ? + i, printf('%032x', ? + i), ?, 'run ' || i, 'ada', 3, ? + i * 1000, ? + i * 1000 + 90000 from n where true`,
        runs,
        first,
        first,
        experiment,
        START_MS,
        START_MS,
      )
      run(
        `insert into latest_metric (run, key, ts, step, value, nan) ${COUNT}
         select run.id, 1000000 + n.i, run.start_ms, 0, ${value('run.id', 'n.i')}, 0 from run, n where run.experiment = ?`,
        metrics,
        experiment,
      )
      run(
        `insert into param (run, key, value) ${COUNT} select run.id, 2000000 + n.i, 'v' || ((run.id + n.i) % 10) from run, n
         where run.experiment = ?`,
        PARAMS,
        experiment,
      )
    })()
  insertRuns(EXPERIMENTS.many, sizes.runs, sizes.metrics)
  insertRuns(EXPERIMENTS.thousand, Math.min(1_000, sizes.runs), sizes.metrics)
  insertRuns(EXPERIMENTS.names, NAMED_RUNS, sizes.names)
  insertRuns(EXPERIMENTS.lines, sizes.lines, 1)
  db.transaction(() => {
    run(
      `insert into metric (run, key, ts, step, value, nan) ${COUNT}
       select run.id, 1000000, run.start_ms + n.i, n.i, 100.0 / (n.i + 100) + 0.1 * ${value('run.id', 'n.i')}, 0
       from run, n where run.experiment = ? order by run.id, n.i`,
      sizes.points,
      EXPERIMENTS.lines,
    )
  })()
  db.close()
}

/** The ids of runs as {@link fillForWeb} gives them. */
export const runIds = (experiment: number, count: number): string[] =>
  Array.from({ length: count }, (_, at) => (experiment * 1_000_000 + at).toString(16).padStart(32, '0'))
