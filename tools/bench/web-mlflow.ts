import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { withServer } from './driver.ts'
import { SERVERS } from './servers.ts'
import { COUNT, metricName, PARAMS, START_MS, value } from './web-data.ts'

const EXPERIMENT = 101

/** Where MLflow's page shows the runs that {@link withMlflow} fills in. */
export const toMlflowRuns = (url: string): string => `${url}/#/experiments/${EXPERIMENT}/runs`

/**
 * Starts MLflow's server with the runs that {@link fillForWeb} gives Millrace, lets `work` look at its page, and stops it. They are put
 * into its database beside it: a thousand runs by its own endpoints take minutes.
 */
export async function withMlflow<T>(
  sizes: { runs: number; metrics: number },
  work: (server: { url: string; pid: number }) => Promise<T>,
): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  const { command, env } = (SERVERS.mlflow as (typeof SERVERS)[string]).install()
  const here = { command: command.map((text) => text.replaceAll('{dir}', dir)), ...(env && { env }) }
  try {
    return await withServer(here, '/health', async ({ port, pid }) => {
      fill(join(dir, 'mlflow.db'), sizes)
      return work({ url: `http://127.0.0.1:${port}`, pid })
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** The tables of MLflow 3.17.2, as far as its page reads them. */
function fill(path: string, { runs, metrics }: { runs: number; metrics: number }): void {
  const db = new Sqlite(path)
  const run = (sql: string, ...values: unknown[]): void => void db.prepare(sql).run(...values)
  const uuid = `printf('%032x', ${EXPERIMENT * 1_000_000} + r.i)`
  const both = `with recursive r (i) as (select 0 union all select i + 1 from r where i + 1 < ?),
    k (i) as (select 0 union all select i + 1 from k where i + 1 < ?)`
  db.transaction(() => {
    run(
      `insert into experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)
       values (?, 'measured', 'mlflow-artifacts:/measured', 'active', ?, ?)`,
      EXPERIMENT,
      START_MS,
      START_MS,
    )
    run(
      `${COUNT.replaceAll(/\bn\b/g, 'r')} insert into runs
       (run_uuid, name, source_type, user_id, status, start_time, end_time, lifecycle_stage, artifact_uri, experiment_id)
       select ${uuid}, 'run ' || r.i, 'LOCAL', 'ada', 'FINISHED', ? + r.i * 1000, ? + r.i * 1000 + 90000, 'active',
         'mlflow-artifacts:/measured/' || ${uuid}, ? from r`,
      runs,
      START_MS,
      START_MS,
      EXPERIMENT,
    )
    run(
      `${COUNT.replaceAll(/\bn\b/g, 'r')} insert into tags (key, value, run_uuid) select 'mlflow.runName', 'run ' || r.i, ${uuid} from r`,
      runs,
    )
    const measured = value(`(${EXPERIMENT * 1_000_000} + r.i)`, 'k.i')
    for (const table of ['latest_metrics', 'metrics'])
      run(
        `${both} insert into ${table} (key, value, timestamp, step, is_nan, run_uuid)
         select ${metricName('k.i')}, ${measured}, ? + r.i * 1000, 0, 0, ${uuid} from r, k`,
        runs,
        metrics,
        START_MS,
      )
    run(
      `${both} insert into params (key, value, run_uuid) select 'param_' || k.i, 'v' || ((r.i + k.i) % 10), ${uuid} from r, k`,
      runs,
      PARAMS,
    )
  })()
  db.close()
}
