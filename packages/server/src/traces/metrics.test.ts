import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../testing/databases.ts'
import { TestServer } from '../testing/server.ts'

const HOUR_MS = 3_600_000
const DAY = Date.parse('2026-01-31T00:00:00Z')
const hex = (value: number, length: number): string => value.toString(16).padStart(length, '0')

type Fields = Record<string, unknown>

overEachDatabase('metrics of traces', (open) => {
  const start = async () => {
    const server = new TestServer(await open())
    const { experiment_id } = (await server.post('experiments/create', { name: 'measured' })).body
    const { run_id } = (await server.post('runs/create', { experiment_id })).body.run.info
    const log = async (n: number, at_ms: number, ms: number, fields: Fields): Promise<void> => {
      const trace_info = {
        trace_id: `tr-${hex(n, 32)}`,
        trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } },
        request_time: new Date(at_ms).toISOString(),
        execution_duration: `${ms / 1000}s`,
        state: 'OK',
        ...fields,
      }
      const { status, text } = await server.call('POST', '/api/3.0/mlflow/traces', { trace: { trace_info } })
      assert.equal(status, 200, text)
    }
    const usage = (input_tokens: number): Fields => ({ 'mlflow.trace.tokenUsage': JSON.stringify({ input_tokens, total_tokens: 99 }) })
    await log(1, DAY, 100, { tags: { 'mlflow.traceName': 'a', env: 'x' }, trace_metadata: { 'mlflow.trace.session': 's1', ...usage(10) } })
    await log(2, DAY + 1, 200, { tags: { 'mlflow.traceName': 'a' }, trace_metadata: { 'mlflow.trace.session': 's1', ...usage(20) } })
    await log(3, DAY + HOUR_MS, 400, {
      state: 'ERROR',
      tags: { 'mlflow.traceName': 'b' },
      trace_metadata: { 'mlflow.trace.session': 's2', 'mlflow.trace.tokenUsage': 'this is no JSON', 'mlflow.sourceRun': run_id },
    })
    const ask = (fields: Fields) =>
      server.call('POST', '/api/3.0/mlflow/traces/metrics', { experiment_ids: [experiment_id], view_type: 'TRACES', ...fields })
    const points = async (view_type: string, metric_name: string, types: (string | number)[], more: Fields = {}): Promise<unknown[]> => {
      const aggregations = types.map((one) =>
        typeof one === 'number' ? { aggregation_type: 'PERCENTILE', percentile_value: one } : { aggregation_type: one },
      )
      const { body, text } = await ask({ view_type, metric_name, aggregations, ...more })
      assert.ok(body.data_points, text)
      return body.data_points.map(({ dimensions, values }: Fields) => ({ ...(dimensions as object), ...(values as object) }))
    }
    return { server, experiment_id, run_id, ask, points }
  }

  test('traces are counted and measured, by name, state and time', async () => {
    const { run_id, points } = await start()
    assert.deepEqual(await points('TRACES', 'trace_count', ['COUNT']), [{ COUNT: 3 }])
    assert.deepEqual(await points('TRACES', 'session_count', ['COUNT']), [{ COUNT: 2 }])
    assert.deepEqual(await points('TRACES', 'trace_count', ['COUNT'], { dimensions: ['trace_name', 'trace_status'] }), [
      { trace_name: 'a', trace_status: 'OK', COUNT: 2 },
      { trace_name: 'b', trace_status: 'ERROR', COUNT: 1 },
    ])
    const times = { time_interval_seconds: 3600, start_time_ms: DAY, end_time_ms: DAY + HOUR_MS }
    assert.deepEqual(await points('TRACES', 'latency', ['AVG', 'MIN', 'MAX', 50], times), [
      { time_bucket: '2026-01-31T00:00:00+00:00', AVG: 150, MIN: 100, MAX: 200, 'P50.0': 150 },
      { time_bucket: '2026-01-31T01:00:00+00:00', AVG: 400, MIN: 400, MAX: 400, 'P50.0': 400 },
    ])
    assert.deepEqual(await points('TRACES', 'latency', [0, 75, 100]), [{ 'P0.0': 100, 'P75.0': 300, 'P100.0': 400 }])
    // A client's metadata that is no JSON has no tokens, and is no error.
    assert.deepEqual(await points('TRACES', 'input_tokens', ['SUM', 'AVG']), [{ SUM: 30, AVG: 15 }])
    assert.deepEqual(await points('TRACES', 'output_tokens', ['SUM']), [])
    for (const [filter, count] of [
      ["trace.status = 'OK'", 2],
      ["trace.tag.env = 'x'", 1],
      ['trace.tag.`mlflow.traceName` = "a"', 2],
      ["trace.metadata.`mlflow.trace.session` = 's2'", 1],
      [`trace.metadata.mlflow.sourceRun = '${run_id}'`, 1],
    ] as const) {
      assert.deepEqual(await points('TRACES', 'trace_count', ['COUNT'], { filters: [filter] }), [{ COUNT: count }], filter)
    }
    assert.deepEqual(await points('TRACES', 'trace_count', ['COUNT'], { filters: ["trace.tag.env = 'none'"] }), [])
    assert.deepEqual(await points('TRACES', 'trace_count', ['COUNT'], { end_time_ms: DAY }), [{ COUNT: 1 }])
  })

  test('spans are counted and measured, with what their models cost', async () => {
    const { server, experiment_id, points } = await start()
    const span = (n: number, name: string, ms: number, attributes: Record<string, unknown>): Fields => ({
      traceId: hex(7, 32),
      spanId: hex(n, 16),
      name,
      startTimeUnixNano: String(DAY * 1_000_000),
      endTimeUnixNano: String((DAY + ms) * 1_000_000),
      attributes: Object.entries(attributes).map(([key, value]) => ({ key, value: { stringValue: JSON.stringify(value) } })),
      status: { code: 1 },
    })
    const llm = { 'mlflow.spanType': 'LLM', 'mlflow.llm.model': 'm1', 'mlflow.llm.cost': { input_cost: 0.5, total_cost: 1.5e-7 } }
    const spans = [span(1, 'root', 300, { nul: '\0 "input_cost": 9' }), span(2, 'ask', 100, llm), span(3, 'ask', 200, llm)]
    const sent = await server.call(
      'POST',
      '/v1/traces',
      { resourceSpans: [{ scopeSpans: [{ spans }] }] },
      { 'x-mlflow-experiment-id': experiment_id },
    )
    assert.equal(sent.status, 200, sent.text)
    assert.deepEqual(await points('SPANS', 'span_count', ['COUNT'], { dimensions: ['span_name', 'span_status'] }), [
      { span_name: 'ask', span_status: 'OK', COUNT: 2 },
      { span_name: 'root', span_status: 'OK', COUNT: 1 },
    ])
    assert.deepEqual(await points('SPANS', 'latency', ['MAX', 50], { filters: ["span.type = 'LLM'"] }), [{ MAX: 200, 'P50.0': 150 }])
    assert.deepEqual(await points('SPANS', 'input_cost', ['SUM'], { dimensions: ['span_model_name'] }), [{ span_model_name: 'm1', SUM: 1 }])
    assert.deepEqual(await points('SPANS', 'total_cost', ['MAX']), [{ MAX: 1.5e-7 }])
  })

  test('assessments that are valid are counted, and yes and no are numbers', async () => {
    const { server, points } = await start()
    for (const value of ['yes', 'no', true, 0.25, 'maybe']) {
      const assessment = { assessment_name: 'good', trace_id: `tr-${hex(1, 32)}`, source: { source_type: 'HUMAN' }, feedback: { value } }
      const { status, text } = await server.call('POST', `/api/3.0/mlflow/traces/tr-${hex(1, 32)}/assessments`, { assessment })
      assert.equal(status, 200, text)
    }
    assert.deepEqual(await points('ASSESSMENTS', 'assessment_count', ['COUNT'], { dimensions: ['assessment_name'] }), [
      { assessment_name: 'good', COUNT: 5 },
    ])
    const filters = ["assessment.name = 'good'", "assessment.type = 'feedback'"]
    assert.deepEqual(await points('ASSESSMENTS', 'assessment_value', ['AVG', 'MAX'], { filters }), [{ AVG: 0.5625, MAX: 1 }])
    assert.deepEqual(await points('ASSESSMENTS', 'assessment_count', ['COUNT'], { filters: ["assessment.type = 'expectation'"] }), [])
  })

  test('what cannot be asked is refused with what can be', async () => {
    const { ask } = await start()
    const count = [{ aggregation_type: 'COUNT' }]
    for (const [fields, sentence] of [
      [{ metric_name: 'nothing', aggregations: count }, /metric_name must be one of/],
      [{ metric_name: 'latency', aggregations: count }, /Found invalid aggregation_type/],
      [{ metric_name: 'trace_count', aggregations: count, dimensions: ['span_name'] }, /Found invalid dimension/],
      [{ metric_name: 'latency', aggregations: [{ aggregation_type: 'PERCENTILE' }] }, /between 0 and 100/],
      [{ metric_name: 'trace_count', aggregations: count, time_interval_seconds: 60 }, /start_time_ms and end_time_ms are required/],
      [{ metric_name: 'trace_count', aggregations: count, filters: ["trace.status != 'OK'"] }, /only '=' operator/],
      [{ metric_name: 'trace_count', aggregations: count, filters: ["span.name = 'x'"] }, /only supported for SPANS view/],
      [{ metric_name: 'trace_count', aggregations: count, filters: ["trace.tag = 'x'"] }, /requires a key/],
      [{ metric_name: 'trace_count', aggregations: count, filters: ["trace.tag.a = 'x' AND trace.tag.b = 'y'"] }, /one filter clause/],
      [{ metric_name: 'trace_count', aggregations: count, filters: ["') or 1=1 --"] }, /Invalid filter/],
    ] as const) {
      const { status, body } = await ask(fields)
      assert.equal(status, 400)
      assert.match(body.message, sentence)
    }
  })
})
