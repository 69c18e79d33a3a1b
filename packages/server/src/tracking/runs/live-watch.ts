import { randomUUID } from 'node:crypto'
import type { Reader } from '../../db/handles.ts'
import { findKeys } from '../entity-keys.ts'
import { pointsOf, type StoredPoint } from '../metrics/history-store.ts'
import { LiveNotes } from './live-notes.ts'
import { type LiveRow, latestPoints, newestRuns, runsById } from './live-store.ts'
import { statusName } from './run.ts'

const TICK_MS = 1_000
const RUNS_MAX = 200
const KEPT_CHANGES = 60
const POINTS_MAX = 500
const IDLE_TICKS = 60
// Who is led to come again (`endAfter`, a broken connection) is away for a second or two: what happens meanwhile is for it too.
const AWAY_LOOKS = 10
// Names are counted of so many runs, of those that go on: each may have thousands.
const COUNTED_MAX = 20

/** New points of one metric of a run, in columns. */
export type NewPoints = { run_id: string; key: string; steps: number[]; timestamps: number[]; values: (number | 'NaN')[] }
export type ChangedRun = { run_id: string; run_name: string; status: string; start_time: number; end_time?: number; deleted: boolean }
/** What changed among the runs of an experiment since the last time, under a number that grows. */
export type Change = {
  readonly id: string
  readonly runs: readonly ChangedRun[]
  readonly points: readonly NewPoints[]
  /** Runs whose params or tags are others than they were. */
  readonly noted: readonly string[]
  /** Whether a run has logged names that it had not: there may be more columns to choose from. */
  readonly names: boolean
}

/** What somebody looks at: columns, and a run of which all is shown. */
type Listener = {
  readonly metrics: ReadonlySet<string>
  readonly params: ReadonlySet<string>
  readonly tags: ReadonlySet<string>
  readonly run_id: string | undefined
  readonly tell: (change: Change | 'reset') => void
  heard?: boolean
}
type Known = { text: string; running: boolean; latest: Map<number, StoredPoint> }

const RUNNING = 'RUNNING'
const NOTHING = { runs: [], points: [], noted: [], names: false }

/**
 * Looks once a second at the newest runs of an experiment, for all who watch it: the database is asked as often for a hundred tabs as for
 * one, and not at all when nobody looks. Several servers on one database each look for themselves.
 */
export class LiveWatch {
  readonly #db: Reader
  readonly #experiment: number
  readonly #listeners = new Set<Listener>()
  /** Those that went away, with the number of looks for which their names are still looked at. */
  #away: { readonly listener: Listener; readonly looks: number }[] = []
  readonly #session = randomUUID().slice(0, 8)
  #runs = new Map<number, Known>()
  #asked: ReadonlySet<string> = new Set()
  readonly #notes = new LiveNotes()
  #changes: Change[] = []
  #count = 0
  #idle = 0
  /** Whether the last look failed on its way. */
  #isUnsure = false
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
    listener.tell({ id: this.#idOf(this.#count), ...NOTHING, points: await this.#now(listener.metrics) })
    return () => {
      if (this.#listeners.delete(listener)) this.#away.push({ listener, looks: AWAY_LOOKS })
    }
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
    return (await latestOf(this.#db, rows, metrics)).map(({ run_id, name, point }) => columnsOf(run_id, name, [point]))
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
      this.#away = this.#away.flatMap(({ listener, looks }) => (looks > 1 ? [{ listener, looks: looks - 1 }] : []))
      if (this.#isUnsure) this.#startOver()
      else if (!isFirst && isNews(change)) this.#tell(change)
    } catch {
      // The database is busy or closing. What this look had seen until then is no news to the next one.
      this.#isUnsure = true
    }
    this.#again()
  }

  /** Has all ask anew, those too who come again with a cursor. */
  #startOver(): void {
    this.#isUnsure = false
    this.#count++
    this.#changes = []
    for (const listener of this.#listeners) if (listener.heard) listener.tell('reset')
  }

  #tell(change: Omit<Change, 'id'>): void {
    const told = { id: this.#idOf(++this.#count), ...change }
    this.#changes = [...this.#changes.slice(1 - KEPT_CHANGES), told]
    for (const listener of this.#listeners) if (listener.heard) tellOne(listener, told)
  }

  #watching = (): Listener[] => [...this.#listeners, ...this.#away.map(({ listener }) => listener)]

  /** What any of the listeners looks at. */
  #all = (kind: 'metrics' | 'params' | 'tags'): Set<string> => new Set(this.#watching().flatMap((listener) => [...listener[kind]]))

  /** The newest runs, and those that somebody has open. */
  async #rows(): Promise<{ rows: LiveRow[]; open: ReadonlySet<number> }> {
    const newest = await newestRuns(this.#db, this.#experiment, RUNS_MAX)
    const asked = [...new Set(this.#watching().flatMap(({ run_id }) => run_id ?? []))]
    const open = await runsById(this.#db, this.#experiment, asked)
    const known = new Set(newest.map(({ id }) => id))
    return { rows: [...newest, ...open.filter(({ id }) => !known.has(id))], open: new Set(open.map(({ id }) => id)) }
  }

  async #difference(): Promise<Omit<Change, 'id'>> {
    const before = this.#runs
    const { rows, open } = await this.#rows()
    const busy = rows.filter((row) => statusName(row.status) === RUNNING || before.get(row.id)?.running)
    const runs: ChangedRun[] = []
    this.#runs = new Map()
    for (const row of rows) {
      const text = JSON.stringify(row)
      const known = before.get(row.id)
      if (known?.text !== text) runs.push(changedRun(row))
      this.#runs.set(row.id, { text, running: statusName(row.status) === RUNNING, latest: new Map() })
    }
    const looked = { params: this.#all('params'), tags: this.#all('tags'), whole: open }
    const inner = rows.map(({ id }) => id)
    const noted = new Set(await this.#notes.changed(this.#db, inner, looked))
    const counted = busy.slice(0, COUNTED_MAX).map(({ id }) => id)
    const names = await this.#notes.hasNewNames(this.#db, counted)
    const points = await this.#newPoints(before, busy)
    return { runs, points, noted: rows.flatMap(({ id, run_id }) => (noted.has(id) ? [run_id] : [])), names }
  }

  async #newPoints(before: ReadonlyMap<number, Known>, busy: readonly LiveRow[]): Promise<NewPoints[]> {
    const askedBefore = this.#asked
    this.#asked = this.#all('metrics')
    const points: NewPoints[] = []
    for (const { run, run_id, key, name, point } of await latestOf(this.#db, busy, this.#asked)) {
      this.#runs.get(run)?.latest.set(key, point)
      const last = before.get(run)?.latest.get(key)
      if (String(last) === String(point)) continue
      // Somebody has only now asked for this metric: what it was before is no news.
      if (last === undefined && before.has(run) && !askedBefore.has(name)) continue
      const found = await pointsOf(this.#db, run, key, POINTS_MAX, last)
      points.push(columnsOf(run_id, name, found.length === POINTS_MAX || found.length === 0 ? [...found, point] : found))
    }
    return points
  }
}

type Latest = { run: number; run_id: string; key: number; name: string; point: StoredPoint }

/** The latest points of some metrics of some runs, by their ids and by their names. */
async function latestOf(db: Reader, rows: readonly LiveRow[], metrics: ReadonlySet<string>): Promise<Latest[]> {
  const keys = await findKeys(db, metrics)
  const names = new Map([...keys].map(([name, key]) => [key, name]))
  const ids = new Map(rows.map(({ id, run_id }) => [id, run_id]))
  const found = await latestPoints(db, [...ids.keys()], [...names.keys()])
  return found.map(([run, key, ...point]) => ({ run, run_id: ids.get(run) as string, key, name: names.get(key) as string, point }))
}

const isNews = ({ runs, points, noted, names }: Omit<Change, 'id'>): boolean =>
  runs.length > 0 || points.length > 0 || noted.length > 0 || names

function tellOne(listener: Listener, change: Change): void {
  const points = change.points.filter(({ key }) => listener.metrics.has(key))
  if (isNews({ ...change, points })) listener.tell({ ...change, points })
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
