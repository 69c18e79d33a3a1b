import { rounded } from './measure.ts'
import type { Result } from './workloads.ts'

/** All results of one server in one round, by workload. */
export type Round = Readonly<Record<string, Result>>

type Row = {
  readonly title: string
  readonly workload: string
  readonly field: string
  readonly unit: string
  readonly quiet?: string
  readonly must?: string
  readonly aim?: string
  /** How many rows the figure is about; a server that took fewer in the time to fill it has its number beside the figure. */
  readonly of?: number
}

/** What one server took; `quiet` adds what the sketch took on a quiet day. */
export type Column = { readonly title: string; readonly rounds: readonly Round[]; readonly quiet?: boolean }

/** `must` is the bound that Millrace sets itself on two cores, `aim` what it would like: a sketch without any checks reached `quiet`. */
const ROWS: readonly Row[] = [
  { title: 'start to the first answer', workload: 'start', field: 'start_ms', unit: 'ms', quiet: '160', must: '≤ 400', aim: '250' },
  { title: 'idle memory (PSS)', workload: 'start', field: 'idle_MiB', unit: 'MiB', quiet: '80', must: '≤ 120', aim: '90' },
  { title: 'log-metric: CPU', workload: 'log_metric', field: 'cpu_ms_each', unit: 'ms', quiet: '0.36', must: '≤ 0.5', aim: '0.3' },
  { title: 'log-metric, one client: median', workload: 'log_metric', field: 'p50_ms', unit: 'ms' },
  { title: 'log-metric: p99', workload: 'log_metric', field: 'p99_ms', unit: 'ms' },
  {
    title: 'log-batch of 1,000 metrics: CPU',
    workload: 'log_batch',
    field: 'cpu_ms_each',
    unit: 'ms',
    quiet: '1.75',
    must: '≤ 3.5',
    aim: '2',
  },
  { title: 'log-batch, 8 clients: median', workload: 'log_batch', field: 'p50_ms', unit: 'ms' },
  {
    title: 'log-batch, 8 clients: metrics kept',
    workload: 'log_batch',
    field: 'metrics_per_s',
    unit: '1/s',
    quiet: '556,000',
    must: '≥ 250,000',
    aim: '450,000',
  },
  {
    title: 'run with 20 metrics, 20 params, 5 tags: CPU',
    workload: 'run_lifecycle',
    field: 'cpu_ms_each',
    unit: 'ms',
    quiet: '0.49',
    must: '≤ 1.0',
    aim: '0.6',
  },
  { title: 'the same, 8 clients', workload: 'run_lifecycle', field: 'per_s', unit: '1/s' },
  {
    title: 'search 100 latest of 1,000 runs: CPU',
    workload: 'search_recent',
    field: 'cpu_ms_each',
    unit: 'ms',
    quiet: '2.4',
    must: '≤ 4',
    aim: '2.5',
  },
  { title: 'the same: median', workload: 'search_recent', field: 'p50_ms', unit: 'ms' },
  {
    title: 'search, filtered and sorted: CPU',
    workload: 'search_filter',
    field: 'cpu_ms_each',
    unit: 'ms',
    quiet: '1.7',
    must: '≤ 3.5',
    aim: '2',
  },
  { title: 'the same: median', workload: 'search_filter', field: 'p50_ms', unit: 'ms' },
  { title: 'the same: p99', workload: 'search_filter', field: 'p99_ms', unit: 'ms' },
  { title: 'searches, 8 clients', workload: 'search_concurrent', field: 'per_s', unit: '1/s' },
  {
    title: 'history of 100,000 points: CPU',
    workload: 'history',
    field: 'cpu_ms_each',
    unit: 'ms',
    quiet: '104',
    must: '≤ 150',
    aim: '90',
  },
  { title: 'the same: median', workload: 'history', field: 'p50_ms', unit: 'ms' },
  { title: 'create a model version: CPU', workload: 'create_version', field: 'cpu_ms_each', unit: 'ms', must: '≤ 1.5' },
  { title: 'search 100 of 10,000 versions: CPU', workload: 'search_versions', field: 'cpu_ms_each', unit: 'ms', must: '≤ 4', of: 10_000 },
  { title: 'OTLP, 1,000 spans in one request: CPU', workload: 'otlp', field: 'cpu_ms_each', unit: 'ms', must: '≤ 25' },
  { title: 'a trace of 1,000 spans: CPU', workload: 'get_trace', field: 'cpu_ms_each', unit: 'ms', must: '≤ 10' },
  {
    title: 'search 100 of 100,000 traces by a tag that 200 have: CPU',
    workload: 'search_traces',
    field: 'cpu_ms_each',
    unit: 'ms',
    must: '≤ 6',
    of: 100_000,
  },
  { title: 'by a tag that all have: CPU', workload: 'search_traces', field: 'all_cpu_ms', unit: 'ms', must: '≤ 6', of: 100_000 },
  { title: 'by a tag that none has: CPU', workload: 'search_traces', field: 'nobody_cpu_ms', unit: 'ms', must: '≤ 6', of: 100_000 },
  { title: 'artifact of 256 MiB, up', workload: 'artifact', field: 'up_MiB_s', unit: 'MiB/s', quiet: '355', must: '≥ 350' },
  { title: 'artifact of 256 MiB, down', workload: 'artifact', field: 'down_MiB_s', unit: 'MiB/s', quiet: '729', must: '≥ 700' },
  { title: 'memory that an artifact adds, at most', workload: 'artifact', field: 'growth_MiB', unit: 'MiB', must: '≤ 64' },
  { title: 'memory in the end', workload: 'end', field: 'end_MiB', unit: 'MiB' },
]

/** The middle one; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]]
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}

const shown = (value: number): string => rounded(value).toLocaleString('en-US', { maximumSignificantDigits: 3 })

function cell({ workload, field, of, quiet }: Row, column: Column): string {
  const values = column.rounds.map((round) => round[workload]?.[field]).filter((value) => typeof value === 'number')
  const middle = median(values)
  if (middle === undefined) return '–'
  if (column.quiet && quiet) return `${shown(middle)} (${quiet})`
  const rows = median(column.rounds.map((round) => round[workload]?.rows).filter((value) => typeof value === 'number'))
  const fewer = of !== undefined && rows !== undefined && rows < of
  return fewer ? `${shown(middle)} (of ${shown(rows)})` : shown(middle)
}

/** A Markdown table: a row a figure, a column a server, medians over its rounds. */
export function tableOf(columns: readonly Column[]): string {
  const lines = [
    `| | unit | ${columns.map((column) => column.title).join(' | ')} | must | aim |`,
    `|---|---|${columns.map(() => '--:|').join('')}--:|--:|`,
    ...ROWS.map((row) => {
      const cells = [row.title, row.unit, ...columns.map((column) => cell(row, column)), row.must ?? '', row.aim ?? '']
      return `| ${cells.join(' | ')} |`
    }),
  ]
  return lines.join('\n')
}

/** The reasons for the dashes: a line for each server and reason, with the workloads that it kept away; without the body of an answer. */
export function errorsOf(columns: readonly Column[]): string[] {
  const errors = columns.flatMap(({ title, rounds }) =>
    rounds.flatMap((round) =>
      Object.entries(round).flatMap(([workload, result]) =>
        'error' in result ? [{ workload, because: [title, String(result.error).replace(/(: \d{3}) .*/s, '$1')] as const }] : [],
      ),
    ),
  )
  const lines = Object.entries(Object.groupBy(errors, ({ because }) => because.join('\0')))
  return lines.map(([because, those = []]) => {
    const [title, reason] = because.split('\0')
    return `${title}, ${[...new Set(those.map(({ workload }) => workload))].join(', ')}: ${reason}`
  })
}

/** Puts `text` between the two marks of a document. @throws Error when a mark is missing */
export function replaceBetween(document: string, mark: string, text: string): string {
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- end of ${mark} -->`]
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the document lacks ${begin} or ${end}: put both back.`)
  return `${document.slice(0, from + begin.length)}\n${text}\n${document.slice(to)}`
}
