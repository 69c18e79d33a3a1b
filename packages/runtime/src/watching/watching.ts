import type { Frame, Prediction } from '../backend.ts'
import type { Served } from '../serving/served.ts'
import { type AlertRules, sendAlert } from './alerts.ts'
import { type Drift, driftOf, missingRise } from './drift.ts'
import { type ColumnProfile, Profiler } from './profile.ts'
import { guardOf } from './ranges.ts'
import { SampleLog, type SampleRules } from './sample-log.ts'

/** What is watched while models serve. */
export type WatchingRules = {
  readonly samples?: SampleRules | undefined
  /** The profile of the training data of the models that bring none with them. */
  readonly profile?: readonly ColumnProfile[] | undefined
  readonly alerts?: AlertRules | undefined
  /** Whether numbers beyond those of the training data are refused. */
  readonly refuses_outside?: boolean | undefined
  /** What is too far from the training data. */
  readonly limits?: Partial<DriftLimits> | undefined
  /** How often requests are compared with it. */
  readonly compare_ms?: number | undefined
  onDrift?(sentence: string): void
}

export type DriftLimits = {
  readonly psi: number
  /** By how much more of the values may be missing. */
  readonly missing: number
  readonly out_of_range: number
  /** Fewer rows than this say nothing. */
  readonly rows_min: number
}

const LIMITS: DriftLimits = { psi: 0.25, missing: 0.05, out_of_range: 0.05, rows_min: 500 }
const COMPARE_MS = 60_000
/** So many rows a second are looked at, and so many of a request: what they look like is told as well by some. */
const ROWS_A_SECOND = 2_000
const ROWS_OF_REQUEST = 50

type Watched = {
  readonly model: Served
  readonly training: readonly ColumnProfile[]
  profiler: Profiler
  drifts: readonly Drift[]
  told: Set<string>
}

/** Samples requests to a log, and compares them with the training data. */
export class Watching {
  readonly #rules: WatchingRules
  readonly #limits: DriftLimits
  readonly #log: SampleLog | undefined
  readonly #watched = new Map<Served, Watched>()
  readonly #seen = new WeakSet<Served>()
  readonly #timer: NodeJS.Timeout
  #second = 0
  #rows_left = ROWS_A_SECOND

  constructor(rules: WatchingRules) {
    this.#rules = rules
    this.#limits = { ...LIMITS, ...rules.limits }
    this.#log = rules.samples && new SampleLog(rules.samples)
    this.#timer = setInterval(() => void this.compare(), rules.compare_ms ?? COMPARE_MS)
    this.#timer.unref()
  }

  /** Begins to look at a model that serves. */
  attach(model: Served): void {
    if (this.#seen.has(model)) return
    this.#seen.add(model)
    const log = this.#log
    if (log) model.eyes.add((prediction, frame) => log.see(model, prediction, frame))
    const training = model.profile ?? this.#rules.profile
    if (training === undefined) return
    if (this.#rules.refuses_outside) model.guards.add(guardOf(training))
    const watched: Watched = { model, training, profiler: new Profiler(), drifts: [], told: new Set() }
    this.#watched.set(model, watched)
    model.eyes.add((_prediction: Prediction, frame: Frame) => this.#look(watched, frame))
  }

  /** Forgets a model that serves no more. */
  detach(model: Served): void {
    this.#watched.delete(model)
  }

  #look(watched: Watched, frame: Frame): void {
    const second = Math.floor(performance.now() / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#rows_left = ROWS_A_SECOND
    }
    const rows = Math.min(frame.rows, ROWS_OF_REQUEST, this.#rows_left)
    if (rows <= 0) return
    this.#rows_left -= rows
    watched.profiler.see(frame, rows)
  }

  /** Compares what came since the last time, of each model of which enough came; what is too far away is told once, until it is over. */
  async compare(): Promise<void> {
    for (const watched of this.#watched.values()) {
      if (watched.profiler.rows < this.#limits.rows_min) continue
      watched.drifts = driftOf(watched.training, watched.profiler.profiles)
      watched.profiler = new Profiler()
      const found = watched.drifts.flatMap((drift) => this.#tooFar(watched, drift))
      const names = new Set(found.map(({ column, what }) => `${what} ${column}`))
      const fresh = found.filter(({ column, what }) => !watched.told.has(`${what} ${column}`))
      watched.told = names
      if (fresh.length > 0) await this.#tell(watched.model, fresh)
    }
  }

  #tooFar({ training }: Watched, drift: Drift) {
    const { psi, missing, out_of_range } = this.#limits
    const measures = [
      { what: 'psi', value: drift.psi, limit: psi },
      { what: 'missing', value: missingRise(training, drift), limit: missing },
      { what: 'out_of_range', value: drift.out_of_range, limit: out_of_range },
    ]
    return measures.filter(({ value, limit }) => value > limit).map((one) => ({ column: drift.column, rows: drift.rows, ...one }))
  }

  async #tell({ name, version }: Served, columns: readonly { column: string; what: string; value: number }[]): Promise<void> {
    const words = columns.slice(0, 5).map(({ column, what, value }) => `${column} (${what.replaceAll('_', ' ')} ${value.toFixed(2)})`)
    const more = columns.length > 5 ? ` and ${columns.length - 5} more` : ''
    this.#rules.onDrift?.(`${name} ${version}: requests differ from the training data: ${words.join(', ')}${more}.`)
    if (!this.#rules.alerts) return
    try {
      await sendAlert(this.#rules.alerts, { name, version, columns: columns.slice(0, 100) })
    } catch (error) {
      this.#rules.onDrift?.((error as Error).message)
    }
  }

  /** Lines for Prometheus. */
  lines(): string[] {
    const all = [...this.#watched.values()].flatMap(({ model, drifts }) => drifts.map((drift) => ({ model, drift })))
    const gauge = (name: string, help: string, value: (drift: Drift) => number): string[] => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...all.map(({ model, drift }) => {
        const labels = { model: model.name, version: model.version, column: drift.column }
        return `${name}{${Object.entries(labels)
          .map(([key, text]) => `${key}="${escaped(text)}"`)
          .join(',')}} ${value(drift)}`
      }),
    ]
    const drifted = [
      ...gauge('millrace_drift_psi', 'How far a column lies from the training data (population stability index).', ({ psi }) => psi),
      ...gauge('millrace_missing_rate', 'The part of a column’s values that were missing.', ({ missing_rate }) => missing_rate),
      ...gauge(
        'millrace_out_of_range_rate',
        'The part of a column’s values that the training data had none like.',
        (one) => one.out_of_range,
      ),
    ]
    const samples = this.#log
      ? [
          '# HELP millrace_samples_total Rows that were written to the log of samples.',
          '# TYPE millrace_samples_total counter',
          `millrace_samples_total ${this.#log.written}`,
          '# HELP millrace_samples_dropped_total Rows that there was no room for.',
          '# TYPE millrace_samples_dropped_total counter',
          `millrace_samples_dropped_total ${this.#log.dropped}`,
        ]
      : []
    return [...(all.length > 0 ? drifted : []), ...samples]
  }

  /** Ends the comparing, and writes what waits. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#log?.close()
  }
}

const escaped = (text: string): string => text.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`))
