import { type Bench, type Measured, rounded } from './measure.ts'
import { memoryMiB } from './process-tree.ts'
import { RECORD_WORKLOADS } from './records.ts'

const T0_MS = 1_700_000_000_000

/** The same numbers in each run: 0 <= x < 1. */
const number = (i: number, k: number): number => (((i * 2654435761 + k * 40503) >>> 0) % 10000) / 10000
const list = <T>(length: number, make: (k: number) => T): T[] => Array.from({ length }, (_, k) => make(k))

/** One experiment for all workloads; they run in the order below, since searches look at what was written before. */
export type Place = { readonly bench: Bench; readonly experiment_id: string; readonly runs: number; readonly artifact_MiB: number }

const newRun = async ({ bench, experiment_id }: Place): Promise<string> =>
  (await bench.post('runs/create', { experiment_id, start_time: Date.now() })).run.info.run_id

/** What a workload gives: numbers by name, or the reason why there are none. */
export type Result = Record<string, number | string>

async function logMetric(place: Place): Promise<Measured> {
  const run_id = await newRun(place)
  return place.bench.measure(500, 1, (i) =>
    place.bench.post('runs/log-metric', { run_id, key: 'loss', value: 1 / (i + 1), timestamp: T0_MS + i, step: i }),
  )
}

async function logBatch(place: Place): Promise<Result> {
  const { bench } = place
  const runs = await Promise.all(list(bench.connections, () => newRun(place)))
  const bodies = (i: number) => ({
    run_id: runs[i % bench.connections],
    metrics: list(1000, (k) => ({
      key: `m${k % 10}`,
      value: number(i, k),
      timestamp: T0_MS + i * 1000 + k,
      step: i * 100 + Math.floor(k / 10),
    })),
  })
  const measured = await bench.measure(160, bench.connections, (i) => bench.post('runs/log-batch', bodies(i)))
  return { ...measured, metrics_per_s: rounded(measured.per_s * 1000) }
}

async function runLifecycle(place: Place): Promise<Measured> {
  const { bench } = place
  const one = async (i: number) => {
    const run_id = await newRun(place)
    await bench.post('runs/log-batch', {
      run_id,
      metrics: list(20, (k) => ({ key: `metric_${k}`, value: number(i, k), timestamp: T0_MS + i, step: 0 })),
      params: list(20, (k) => ({ key: `param_${k}`, value: `v${Math.floor(number(i, k + 100) * 10)}` })),
      tags: list(5, (k) => ({ key: `tag_${k}`, value: `t${Math.floor(number(i, k + 200) * 10)}` })),
    })
    await bench.post('runs/update', { run_id, status: 'FINISHED', end_time: Date.now() })
  }
  // Without a limit of time: the searches that follow look at the same number of runs on every server.
  return bench.measure(place.runs, bench.connections, one, 300)
}

const search = ({ bench, experiment_id }: Place, body: object): Promise<unknown> =>
  bench.post('runs/search', { experiment_ids: [experiment_id], ...body })

const searchRecent = (place: Place): Promise<Measured> => place.bench.measure(100, 1, () => search(place, { max_results: 100 }))

const searchFilter = (place: Place): Promise<Measured> =>
  place.bench.measure(100, 1, (i) =>
    search(place, {
      max_results: 100,
      filter: `metrics.metric_3 > 0.${i % 9} and params.param_1 = 'v${i % 10}'`,
      order_by: ['metrics.metric_1 DESC'],
    }),
  )

const searchConcurrent = (place: Place): Promise<Measured> =>
  place.bench.measure(200, place.bench.connections, (i) =>
    search(place, { max_results: 20, filter: `tags.tag_1 = 't${i % 10}'`, order_by: ['metrics.metric_2 ASC'] }),
  )

async function history(place: Place): Promise<Result> {
  const { bench } = place
  const run_id = await newRun(place)
  for (let b = 0; b < 100; b++) {
    const metrics = list(1000, (k) => ({ key: 'loss', value: number(b, k), timestamp: T0_MS + b * 1000 + k, step: b * 1000 + k }))
    await bench.post('runs/log-batch', { run_id, metrics })
  }
  let points = 0
  const read = async () => {
    points = 0
    let token = ''
    do {
      const more = token && `&page_token=${encodeURIComponent(token)}`
      const page = await bench.get(`metrics/get-history?run_id=${run_id}&metric_key=loss&max_results=25000${more}`)
      points += page.metrics.length
      token = page.next_page_token ?? ''
    } while (token)
  }
  const measured = await bench.measure(5, 1, read)
  if (points !== 100_000) throw new Error(`the history of 100,000 points came back with ${points}`)
  return { ...measured, points }
}

/** The most memory that the server's processes have while `work` goes on. */
async function peakWhile<T>(pid: number, work: () => Promise<T>): Promise<{ value: T; peak_MiB: number }> {
  let peak_MiB = memoryMiB(pid)
  const timer = setInterval(() => {
    peak_MiB = Math.max(peak_MiB, memoryMiB(pid))
  }, 100)
  try {
    return { value: await work(), peak_MiB }
  } finally {
    clearInterval(timer)
  }
}

async function artifact({ bench, artifact_MiB }: Place): Promise<Result> {
  const body = Buffer.alloc(artifact_MiB * 2 ** 20, 'millrace')
  const path = '/api/2.0/mlflow-artifacts/artifacts/bench/blob.bin'
  const before = memoryMiB(bench.pid)
  const up = await peakWhile(bench.pid, () => bench.measure(1, 1, () => bench.raw('PUT', path, body, 'application/octet-stream')))
  const down = await peakWhile(bench.pid, () =>
    bench.measure(2, 1, async () => {
      const got = await bench.raw('GET', path)
      if (!got.equals(body)) throw new Error(`the artifact came back as ${got.length} other bytes`)
    }),
  )
  return {
    up_MiB_s: Math.round(artifact_MiB * up.value.per_s),
    down_MiB_s: Math.round(artifact_MiB * down.value.per_s),
    up_cpu_ms: up.value.cpu_ms_each,
    down_cpu_ms: down.value.cpu_ms_each,
    growth_MiB: Math.max(up.peak_MiB, down.peak_MiB) - before,
  }
}

export const WORKLOADS: Readonly<Record<string, (place: Place) => Promise<Result>>> = {
  log_metric: logMetric,
  log_batch: logBatch,
  run_lifecycle: runLifecycle,
  search_recent: searchRecent,
  search_filter: searchFilter,
  search_concurrent: searchConcurrent,
  history,
  ...RECORD_WORKLOADS,
  artifact,
}
