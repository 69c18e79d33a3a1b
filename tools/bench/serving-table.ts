import { rounded } from './measure.ts'
import { FOREST, MLFLOW_TITLE, MLSERVER_TITLE, ONNX, ROLLOUT, XGBOOST } from './serving-servers.ts'
import { median } from './table.ts'

/** What one server did in one round. */
export type Figures = {
  readonly ready_ms: number
  readonly idle_MiB: number
  readonly loaded_MiB: number
  readonly per_s: number
  readonly cpu_us: number
  readonly p50_ms: number
  readonly p99_ms: number
  /** At 1,000 requests a second. */
  readonly steady_p99_ms?: number
}

/** What a server did round by round, or why it could not be measured. */
export type Column = { readonly title: string; readonly rounds: readonly Figures[]; readonly error?: string | undefined }

const shown = (value: number | undefined): string =>
  value === undefined ? '–' : rounded(value).toLocaleString('en-US', { maximumSignificantDigits: 3 })

const FIELDS = [
  ['requests/s', 'per_s'],
  ['CPU µs a request', 'cpu_us'],
  ['p50 ms', 'p50_ms'],
  ['p99 ms', 'p99_ms'],
  ['p99 ms at 1,000/s', 'steady_p99_ms'],
  ['ready, ms', 'ready_ms'],
  ['memory at rest, MiB', 'idle_MiB'],
  ['memory under load, MiB', 'loaded_MiB'],
] as const satisfies readonly (readonly [string, keyof Figures])[]

type Field = (typeof FIELDS)[number][1]

const middle = ({ rounds }: Column, field: Field): number | undefined =>
  median(rounds.map((round) => round[field]).filter((value) => value !== undefined))

/** A row a server, medians over its rounds. */
export function servingTable(columns: readonly Column[]): string {
  const rows = columns
    .filter(({ rounds }) => rounds.length > 0)
    .map((column) => `| ${column.title} | ${FIELDS.map(([, field]) => shown(middle(column, field))).join(' | ')} |`)
  return [`| | ${FIELDS.map(([title]) => title).join(' | ')} |`, `|---|${FIELDS.map(() => '--:|').join('')}`, ...rows].join('\n')
}

/** `millrace models predict`, start included. */
export type Batch = { readonly rows_per_s?: number | undefined; readonly rows_per_cpu_s?: number | undefined }

type Bar = {
  readonly what: string
  readonly must: string
  readonly value: number | undefined
  /** What the value would be if the machine had done nothing else: by the CPU of a request, on one core. */
  readonly alone?: number | undefined
  readonly holds: (value: number) => boolean
}

/** The bounds that Millrace set itself, and whether this run holds them; what the CPU would have allowed is beside them. */
export function barsTable(columns: readonly Column[], batch: Batch): string {
  const of = (title: string, field: Field): number | undefined => {
    const column = columns.find((one) => one.title === title)
    return column && middle(column, field)
  }
  const ratio = (a: number | undefined, b: number | undefined): number | undefined =>
    a !== undefined && b !== undefined ? a / b : undefined
  const least = (what: string, must: number, value: number | undefined, alone?: number): Bar => ({
    what,
    must: `≥ ${must.toLocaleString('en-US')}`,
    value,
    alone,
    holds: (found) => found >= must,
  })
  const rate = (what: string, must: number, title: string): Bar => least(what, must, of(title, 'per_s'), ratio(1e6, of(title, 'cpu_us')))
  const times = (what: string, must: number, other: string): Bar =>
    least(what, must, ratio(of(FOREST, 'per_s'), of(other, 'per_s')), ratio(of(other, 'cpu_us'), of(FOREST, 'cpu_us')))
  const most = (what: string, must: number, value: number | undefined): Bar => ({
    what,
    must: `≤ ${must}`,
    value,
    holds: (found) => found <= must,
  })
  const bars = [
    rate('forest, requests/s', 25_000, FOREST),
    rate('the same while a rollout divides it, requests/s', 25_000, ROLLOUT),
    times('times as many as MLflow', 300, MLFLOW_TITLE),
    times('times as many as MLServer', 80, MLSERVER_TITLE),
    rate('XGBoost of 500 trees, requests/s', 15_000, XGBOOST),
    rate('ONNX, requests/s', 20_000, ONNX),
    most('p99 at 1,000 requests/s, ms', 3, of(FOREST, 'steady_p99_ms')),
    most('the same while a rollout divides it, ms', 3, of(ROLLOUT, 'steady_p99_ms')),
    most('memory under load, MiB', 110, of(FOREST, 'loaded_MiB')),
    most('the same while a rollout divides it, MiB', 110, of(ROLLOUT, 'loaded_MiB')),
    most('ready after the files are there, ms', 500, of(FOREST, 'ready_ms')),
    least('batch on the forest, rows/s with start', 200_000, batch.rows_per_s, batch.rows_per_cpu_s),
  ]
  const verdict = ({ value, holds }: Bar): string => (value === undefined ? 'not measured' : holds(value) ? 'held' : 'missed')
  const rows = bars.map((bar) => `| ${bar.what} | ${bar.must} | ${shown(bar.value)} | ${verdict(bar)} | ${shown(bar.alone)} |`)
  return ['| | must | this run | | by CPU |', '|---|--:|--:|---|--:|', ...rows].join('\n')
}
