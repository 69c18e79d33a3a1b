import { randomUUID } from 'node:crypto'
import type { Reader } from '../../db/handles.ts'
import { findKeys } from '../entity-keys.ts'
import { pointsOf, type StoredPoint } from '../metrics/history-store.ts'
import { type LiveRow, latestPoints, newestRuns } from './live-store.ts'
import { statusName } from './run.ts'

const TICK_MS = 1_000
const RUNS_MAX = 200
const KEPT_CHANGES = 60
const POINTS_MAX = 500
const IDLE_TICKS = 60

/** New points of one metric of a run, in columns. */
export type NewPoints = { run_id: string; key: string; steps: number[]; timestamps: number[]; values: (number | 'NaN')[] }
export type ChangedRun = { run_id: string; run_name: string; status: string; start_time: number; end_time?: number; deleted: boolean }
/** What changed among the runs of an experiment since the last time, under a number that grows. */
export type Change = { readonly id: string; readonly runs: readonly ChangedRun[]; readonly points: readonly NewPoints[] }

type Listener = { readonly metrics: ReadonlySet<string>; readonly tell: (change: Change | 'reset') => void; heard?: boolean }
type Known = { text: string; running: boolean; latest: Map<number, StoredPoint> }

const RUNNING = 'RUNNING'

/**
 * Looks once a second at the newest runs of an experiment, for all who watch it: the database is asked as often for a hundred tabs as for
 * one, and not at all when nobody looks. Several servers on one database each look for themselves.
 */
export class LiveWatch {
  readonly #db: Reader
  readonly #experiment: number
  readonly #listeners = new Set<Listener>()
  readonly #session = randomUUID().slice(0, 8)
  #runs = new Map<number, Known>()
  #keys = new Map<string, number>()
  #changes: Change[] = []
  #count = 0
  #idle = 0
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #ended: () => void

  constructor(db: Reader, experiment: number, ended: () => void) {
    this.#db = db
    this.#experiment = experiment
    this.#ended = ended
  }

  /** @param cursor the id of the last change that the listener has seen: what came after it is told at once, or `reset` */
  async listen(listener: Listener, cursor: string | undefined): Promise<() => void> {
    this.#idle = 0
    // Nobody may have asked for these metrics before: what is logged from now on is news.
    this.#listeners.add(listener)
    await this.#look()
    const missed = cursor === undefined ? [] : this.#after(cursor)
    listener.heard = true
    if (missed === undefined) listener.tell('reset')
    else for (const change of missed) tellOne(listener, change)
    listener.tell({ id: this.#idOf(this.#count), runs: [], points: await this.#now(listener.metrics) })
    return () => this.#listeners.delete(listener)
  }

  #idOf = (count: number): string => `${this.#session}-${count}`

  #after(cursor: string): readonly Change[] | undefined {
    const count = Number(cursor.slice(this.#session.length + 1))
    if (!cursor.startsWith(`${this.#session}-`) || !Number.isInteger(count) || count > this.#count) return undefined
    const missed = this.#count - count
    return missed > this.#changes.length ? undefined : this.#changes.slice(this.#changes.length - missed)
  }

  /** Where the metrics of runs that go on stand: what was logged since the listener asked for the rest is not lost. */
  async #now(metrics: ReadonlySet<string>): Promise<NewPoints[]> {
    const rows = (await newestRuns(this.#db, this.#experiment, RUNS_MAX)).filter(({ status }) => statusName(status) === RUNNING)
    const keys = await findKeys(this.#db, metrics)
    const names = new Map([...keys].map(([name, key]) => [key, name]))
    const ids = new Map(rows.map(({ id, run_id }) => [id, run_id]))
    const latest = await latestPoints(this.#db, [...ids.keys()], [...names.keys()])
    return latest.map(([run, key, ...point]) => columnsOf(ids.get(run) as string, names.get(key) as string, [point]))
  }

  #again(): void {
    this.#timer = setTimeout(() => void this.#look(), TICK_MS)
    this.#timer.unref()
  }

  /** One look after the other, though a listener may come while one is under way. */
  #look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#lookOnce())
    return this.#looking
  }

  async #lookOnce(): Promise<void> {
    clearTimeout(this.#timer)
    this.#idle = this.#listeners.size > 0 ? 0 : this.#idle + 1
    if (this.#idle > IDLE_TICKS) {
      this.#timer = undefined
      this.#ended()
      return
    }
    try {
      const isFirst = this.#timer === undefined
      const change = await this.#difference()
      if (!isFirst && (change.runs.length > 0 || change.points.length > 0)) this.#tell(change)
    } catch {
      // The database is busy or closing: what was missed is seen at the next look.
    }
    this.#again()
  }

  #tell(change: Omit<Change, 'id'>): void {
    const told = { id: this.#idOf(++this.#count), ...change }
    this.#changes = [...this.#changes.slice(1 - KEPT_CHANGES), told]
    for (const listener of this.#listeners) if (listener.heard) tellOne(listener, told)
  }

  async #difference(): Promise<Omit<Change, 'id'>> {
    const before = this.#runs
    const keysBefore = this.#keys
    const rows = await newestRuns(this.#db, this.#experiment, RUNS_MAX)
    this.#keys = await findKeys(this.#db, new Set([...this.#listeners].flatMap(({ metrics }) => [...metrics])))
    const busy = rows.filter((row) => statusName(row.status) === RUNNING || before.get(row.id)?.running)
    const names = new Map([...this.#keys].map(([name, key]) => [key, name]))
    const latest = await latestPoints(
      this.#db,
      busy.map(({ id }) => id),
      [...names.keys()],
    )
    const runs: ChangedRun[] = []
    this.#runs = new Map()
    for (const row of rows) {
      const text = JSON.stringify(row)
      const known = before.get(row.id)
      if (known?.text !== text) runs.push(changedRun(row))
      this.#runs.set(row.id, { text, running: statusName(row.status) === RUNNING, latest: new Map() })
    }
    const ids = new Map(rows.map(({ id, run_id }) => [id, run_id]))
    const points: NewPoints[] = []
    for (const [run, key, ...point] of latest) {
      this.#runs.get(run)?.latest.set(key, point)
      const name = names.get(key) as string
      const last = before.get(run)?.latest.get(key)
      if (String(last) === String(point)) continue
      // Somebody has only now asked for this metric: what it was before is no news.
      if (last === undefined && before.has(run) && !keysBefore.has(name)) continue
      const found = await pointsOf(this.#db, run, key, POINTS_MAX, last)
      points.push(columnsOf(ids.get(run) as string, name, found.length === POINTS_MAX || found.length === 0 ? [...found, point] : found))
    }
    return { runs, points }
  }
}

function tellOne(listener: Listener, change: Change): void {
  const points = change.points.filter(({ key }) => listener.metrics.has(key))
  if (change.runs.length > 0 || points.length > 0) listener.tell({ ...change, points })
}

const columnsOf = (run_id: string, key: string, points: readonly StoredPoint[]): NewPoints => ({
  run_id,
  key,
  steps: points.map(([, step]) => step),
  timestamps: points.map(([ts]) => ts),
  values: points.map(([, , value, nan]) => (nan === 1 ? 'NaN' : value)),
})

const changedRun = ({ run_id, name, status, start_ms, end_ms, deleted_ms }: LiveRow): ChangedRun => ({
  run_id,
  run_name: name,
  status: statusName(status),
  start_time: start_ms,
  ...(end_ms !== null && { end_time: end_ms }),
  deleted: deleted_ms !== null,
})
