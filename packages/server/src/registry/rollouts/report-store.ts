import { command, query, type Reader, type Writer } from '../../db/handles.ts'
import { add, type Counts, newTally, type Tally } from './counts.ts'
import type { RolloutRow } from './rollout-store.ts'

const KEEP = command(
  `insert into rollout_report (rollout, process, step, counts, at_ms) values (?, ?, ?, ?, ?)
   on conflict (rollout, process, step) do update set counts = excluded.counts, at_ms = excluded.at_ms`,
)
const ALL = query<{ process: string; step: number; counts: string; at_ms: number }>(
  'select process, step, counts, at_ms from rollout_report where rollout = ?',
)
const PROCESSES = query<{ n: number }>('select count(distinct process) as n from rollout_report where rollout = ? and process <> ?')
const FORGET = command('delete from rollout_report where rollout = ?')

/** How many other processes have reported. */
export const otherProcesses = async (db: Reader, { id }: RolloutRow, process: string): Promise<number> =>
  (await db.get(PROCESSES, id, process))?.n ?? 0

/** Keeps what a process has counted since a step began, in place of what it said before. */
export async function keepReport(
  tx: Writer,
  { id }: RolloutRow,
  process: string,
  step: number,
  counts: Counts,
  now_ms: number,
): Promise<void> {
  await tx.run(KEEP, id, process, step, JSON.stringify(counts), now_ms)
}

/** Forgets the reports of a rollout that has ended. */
export async function forgetReports(tx: Writer, { id }: RolloutRow): Promise<void> {
  await tx.run(FORGET, id)
}

/** What all processes have counted together. */
export type Measured = {
  /** Of the whole rollout. */
  readonly stable: Tally
  /** Of the step that goes on: answers and copies. */
  readonly candidate: Tally
  readonly compared: number
  readonly differing: number
  readonly processes: number
  readonly last_ms: number | undefined
}

/** Adds the reports of all processes. */
export async function measure(db: Reader, { id, step }: RolloutRow): Promise<Measured> {
  const [stable, candidate] = [newTally(), newTally()]
  const processes = new Set<string>()
  let [compared, differing, last_ms] = [0, 0, 0]
  for (const row of await db.all(ALL, id)) {
    const counts = JSON.parse(row.counts) as Counts
    processes.add(row.process)
    last_ms = Math.max(last_ms, row.at_ms)
    add(stable, counts.stable)
    compared += counts.compared ?? 0
    differing += counts.differing ?? 0
    if (row.step !== step) continue
    add(candidate, counts.candidate)
    add(candidate, counts.shadow)
  }
  return { stable, candidate, compared, differing, processes: processes.size, last_ms: last_ms === 0 ? undefined : last_ms }
}
