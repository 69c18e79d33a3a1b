import type { Measured } from './measure.ts'
import { type BenchSpan, exportRequest } from './otlp.ts'
import type { Place, Result } from './workloads.ts'

const T0_MS = 1_700_000_000_000
const VERSIONS = 10_000
const TRACES = 100_000
const TRACES_AT_ONCE = 500
// A server that fills slowly is measured over what it took in this time; the table says how much that was.
const FILL_MAX_S = 120

/** Fills with up to `n` calls, for a while; gives how many there were. */
const fill = async ({ bench }: Place, n: number, width: number, work: (i: number) => Promise<unknown>): Promise<number> =>
  (await bench.measure(n, width, work, FILL_MAX_S)).n

const newRun = async ({ bench, experiment_id }: Place): Promise<string> =>
  (await bench.post('runs/create', { experiment_id, start_time: T0_MS })).run.info.run_id

async function createVersion(place: Place): Promise<Measured> {
  const { bench } = place
  const run_id = await newRun(place)
  await bench.post('registered-models/create', { name: 'created' })
  return bench.measure(300, 1, () => bench.post('model-versions/create', { name: 'created', run_id, source: `runs:/${run_id}/model` }))
}

async function searchVersions(place: Place): Promise<Result> {
  const { bench } = place
  const run_id = await newRun(place)
  for (let at = 0; at < bench.connections; at++) await bench.post('registered-models/create', { name: `model-${at}` })
  // A model for each connection: its versions are numbered one after the other.
  const rows = await fill(place, VERSIONS, bench.connections, (i) =>
    bench.post('model-versions/create', {
      name: `model-${i % bench.connections}`,
      run_id,
      source: `runs:/${run_id}/model`,
      tags: [{ key: 'stage', value: `s${i % 10}` }],
    }),
  )
  const filter = encodeURIComponent("name = 'model-3'")
  const measured = await bench.measure(100, 1, () => bench.get(`model-versions/search?max_results=100&filter=${filter}`))
  return { ...measured, rows }
}

const hex = (value: number, length: number): string => value.toString(16).padStart(length, '0')

/** A tree of spans as programs with language models make them. */
const traceOf = (i: number, spans: number): BenchSpan[] =>
  Array.from({ length: spans }, (_, k) => ({
    trace: hex(i + 1, 32),
    span: hex(k + 1, 16),
    ...(k > 0 && { parent: hex(Math.ceil(k / 10), 16) }),
    name: `step_${k % 20}`,
    start_ms: T0_MS + i * 1000 + k,
    attributes: {
      'mlflow.spanType': JSON.stringify(k % 3 === 0 ? 'LLM' : 'TOOL'),
      'mlflow.spanInputs': JSON.stringify({ question: `What is the ${k}th thing of the ${i}th trace?`, context: ['one', 'two', 'three'] }),
      'mlflow.spanOutputs': JSON.stringify({ answer: 'It is what it was, and it will be what it is.', score: k / 1000 }),
      'gen_ai.request.model': 'a-model-of-somebody',
      'code.function': 'answer_question',
    },
  }))

const send = ({ bench, experiment_id }: Place, spans: readonly BenchSpan[]): Promise<Buffer> =>
  bench.raw('POST', '/v1/traces', exportRequest(spans), 'application/x-protobuf', { 'x-mlflow-experiment-id': experiment_id })

const otlp = (place: Place): Promise<Measured> => place.bench.measure(40, 1, (i) => send(place, traceOf(i, 1000)))

async function getTrace({ bench }: Place): Promise<Measured> {
  const path = `/api/3.0/mlflow/traces/get?trace_id=tr-${hex(1, 32)}`
  const { spans } = JSON.parse((await bench.raw('GET', path)).toString()).trace
  if (spans.length !== 1000) throw new Error(`the trace of 1,000 spans came back with ${spans.length}`)
  return bench.measure(60, 1, () => bench.raw('GET', path))
}

async function searchTraces(place: Place): Promise<Result> {
  const { bench } = place
  const experiment_id: string = (await bench.post('experiments/create', { name: 'many traces' })).experiment_id
  const many = { ...place, experiment_id }
  const one = (i: number): BenchSpan[] =>
    traceOf(1_000_000 + i, 1).map((span) => ({
      ...span,
      attributes: { ...span.attributes, 'mlflow.traceTag.env': 'prod', 'mlflow.traceTag.customer': `c${i % 500}` },
    }))
  const requests = await fill(place, TRACES / TRACES_AT_ONCE, 1, (r) =>
    send(many, Array.from({ length: TRACES_AT_ONCE }, (_, k) => one(r * TRACES_AT_ONCE + k)).flat()),
  )
  const by = async (filter: string, least: number): Promise<Measured> => {
    const body = Buffer.from(
      JSON.stringify({
        locations: [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }],
        filter,
        max_results: 100,
      }),
    )
    const search = () => bench.raw('POST', '/api/3.0/mlflow/traces/search', body)
    const found = JSON.parse((await search()).toString()).traces?.length ?? 0
    if (found < least) throw new Error(`${filter} found ${found} traces`)
    return bench.measure(100, 1, search)
  }
  const all = await by("tags.env = 'prod'", 100)
  const few = await by("tags.customer = 'c7'", 1)
  const nobody = await by("tags.customer = 'nobody'", 0)
  const rows = requests * TRACES_AT_ONCE
  return { ...few, all_cpu_ms: all.cpu_ms_each, nobody_cpu_ms: nobody.cpu_ms_each, rows }
}

/** Models' versions and traces, in this order: a trace is read that was sent before. */
export const RECORD_WORKLOADS: Readonly<Record<string, (place: Place) => Promise<Result>>> = {
  create_version: createVersion,
  search_versions: searchVersions,
  otlp,
  get_trace: getTrace,
  search_traces: searchTraces,
}
