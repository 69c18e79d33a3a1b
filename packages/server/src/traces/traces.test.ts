import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../testing/databases.ts'
import { TestServer } from '../testing/server.ts'

type Fields = Record<string, unknown>

overEachDatabase('traces', (open) => {
  const start = async (): Promise<{ server: TestServer; experiment_id: string; v3: typeof TestServer.prototype.call }> => {
    const server = new TestServer(await open())
    const { body } = await server.post('experiments/create', { name: 'traced' })
    return {
      server,
      experiment_id: body.experiment_id,
      v3: (method, path, payload) => server.call(method, `/api/3.0/mlflow/${path}`, payload),
    }
  }
  const info = (experiment_id: string, trace_id: string, fields: Fields = {}): Fields => ({
    trace: {
      trace_info: {
        trace_id,
        trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } },
        request_time: '2026-01-31T12:00:00.250Z',
        execution_duration: '1.500s',
        state: 'OK',
        ...fields,
      },
    },
  })

  test('a trace comes back as it was logged, with the place of its artifacts', async () => {
    const { experiment_id, v3 } = await start()
    const fields = {
      tags: { 'mlflow.traceName': 'chat', team: 'a' },
      trace_metadata: { model: 'm' },
      request_preview: 'hi',
      client_request_id: 'c1',
    }
    const made = await v3('POST', 'traces', info(experiment_id, 'tr-1', fields))
    assert.equal(made.status, 200, made.text)
    const got = (await v3('GET', 'traces/tr-1')).body.trace.trace_info
    assert.deepEqual(got, made.body.trace.trace_info)
    assert.equal(got.request_time, '2026-01-31T12:00:00.250Z')
    assert.equal(got.execution_duration, '1.500s')
    assert.equal(got.tags['mlflow.traceName'], 'chat')
    assert.equal(got.tags.team, 'a')
    assert.match(got.tags['mlflow.artifactLocation'], /\/traces\/tr-1\/artifacts$/)
    assert.deepEqual(got.trace_metadata, { model: 'm', 'mlflow.trace.infoFinalized': 'true' })
    assert.equal((await v3('GET', 'traces/none')).body.error_code, 'RESOURCE_DOES_NOT_EXIST')
  })

  test('a trace stays in its experiment, whoever logs its id again', async () => {
    const { server, experiment_id, v3 } = await start()
    await v3('POST', 'traces', info(experiment_id, 'tr-1'))
    const other = (await server.post('experiments/create', { name: 'other' })).body.experiment_id
    assert.equal((await v3('POST', 'traces', info(other, 'tr-1'))).status, 400)
    for (const trace_id of ['../x', 'a/b', '.hidden', '']) {
      assert.equal((await v3('POST', 'traces', info(experiment_id, trace_id))).status, 400, trace_id)
    }
  })

  test('tags are set and deleted under both versions, and those of the server are its own', async () => {
    const { server, experiment_id, v3 } = await start()
    await v3('POST', 'traces', info(experiment_id, 'tr-1', { tags: { a: '1' } }))
    assert.equal((await v3('PATCH', 'traces/tr-1/tags', { key: 'a', value: '2' })).status, 200)
    assert.equal((await server.call('PATCH', '/api/2.0/mlflow/traces/tr-1/tags', { key: 'b', value: '3' })).status, 200)
    assert.equal((await server.call('DELETE', '/api/2.0/mlflow/traces/tr-1/tags', { key: 'a' })).status, 200)
    assert.equal((await v3('DELETE', 'traces/tr-1/tags', { key: 'a' })).body.error_code, 'RESOURCE_DOES_NOT_EXIST')
    const moved = await v3('PATCH', 'traces/tr-1/tags', { key: 'mlflow.artifactLocation', value: 'file:///etc' })
    assert.equal(moved.status, 400)
    const { tags } = (await v3('GET', 'traces/tr-1')).body.trace.trace_info
    assert.deepEqual([tags.a, tags.b], [undefined, '3'])
    assert.doesNotMatch(tags['mlflow.artifactLocation'], /etc/)
  })

  test('a client cannot say where a new trace has its artifacts', async () => {
    const { experiment_id, v3 } = await start()
    const tags = { 'mlflow.artifactLocation': 'file:///etc', 'mlflow.trace.spansLocation': 'TRACKING_STORE' }
    await v3('POST', 'traces', info(experiment_id, 'tr-1', { tags }))
    const got = (await v3('GET', 'traces/tr-1')).body.trace.trace_info
    assert.match(got.tags['mlflow.artifactLocation'], /\/traces\/tr-1\/artifacts$/)
    assert.equal(got.tags['mlflow.trace.spansLocation'], undefined)
  })

  test('traces are deleted by id, or the oldest first', async () => {
    const { experiment_id, v3 } = await start()
    for (const [at, id] of ['tr-a', 'tr-b', 'tr-c'].entries()) {
      await v3('POST', 'traces', info(experiment_id, id, { request_time: `2026-01-0${at + 1}T00:00:00Z` }))
    }
    const wanted = async (body: Fields): Promise<unknown> =>
      (await v3('POST', 'traces/delete-traces', { experiment_id, ...body })).body.traces_deleted
    assert.equal(await wanted({ request_ids: ['tr-c', 'none'] }), 1)
    assert.equal(await wanted({ max_timestamp_millis: 9e14, max_traces: 1 }), 1)
    assert.equal((await v3('GET', 'traces/tr-a')).status, 404)
    assert.equal((await v3('GET', 'traces/tr-b')).status, 200)
    assert.equal((await v3('POST', 'traces/delete-traces', { experiment_id })).status, 400)
    assert.equal(await wanted({ max_timestamp_millis: 0 }), 0)
  })

  test('a trace is got as the Python client asks for it, which writes booleans as Python does', async () => {
    const { experiment_id, v3 } = await start()
    await v3('POST', 'traces', info(experiment_id, 'tr-1'))
    for (const allow_partial of ['False', 'True', 'false', 'true']) {
      const { status, body } = await v3('GET', `traces/get?trace_id=tr-1&allow_partial=${allow_partial}`)
      assert.equal(status, 200, allow_partial)
      assert.equal(body.trace.trace_info.trace_id, 'tr-1')
    }
    assert.equal((await v3('GET', 'traces/get?trace_id=tr-1&allow_partial=perhaps')).status, 400)
  })

  test('version 2 starts and ends a trace', async () => {
    const { server, experiment_id } = await start()
    const made = await server.post('traces', { experiment_id, timestamp_ms: 1000, tags: [{ key: 'a', value: '1' }] })
    const { request_id, status, execution_time_ms } = made.body.trace_info
    assert.deepEqual([status, execution_time_ms], ['IN_PROGRESS', 0])
    const end = { timestamp_ms: 3000, status: 'OK', tags: [{ key: 'b', value: '2' }], request_metadata: [{ key: 'm', value: 'x' }] }
    await server.call('PATCH', `/api/2.0/mlflow/traces/${request_id}`, end)
    const got = (await server.get(`traces/${request_id}/info`)).body.trace_info
    assert.equal(got.execution_time_ms, 2000)
    assert.equal(got.status, 'OK')
    const tags = Object.fromEntries(got.tags.map(({ key, value }: { key: string; value: string }) => [key, value]))
    assert.deepEqual([tags.a, tags.b], ['1', '2'])
    assert.equal((await server.get('traces', { experiment_ids: [experiment_id] })).body.traces.length, 1)
  })

  test('assessments are added, changed, overridden and restored', async () => {
    const { experiment_id, v3 } = await start()
    await v3('POST', 'traces', info(experiment_id, 'tr-1'))
    const source = { source_type: 'HUMAN', source_id: 'ada' }
    const add = async (assessment: Fields) => (await v3('POST', 'traces/tr-1/assessments', { assessment: { source, ...assessment } })).body
    const first = (await add({ assessment_name: 'good', feedback: { value: { stars: 4 } }, metadata: { a: '1' } })).assessment
    const at = `traces/tr-1/assessments/${first.assessment_id}`
    const changes = { assessment_name: 'better', feedback: { value: 5 }, metadata: { b: '2' }, rationale: 'not in the mask' }
    await v3('PATCH', at, { assessment: changes, update_mask: 'assessmentName,feedback,metadata' })
    const changed = (await v3('GET', at)).body.assessment
    assert.deepEqual([changed.assessment_name, changed.feedback.value, changed.rationale], ['better', 5, undefined])
    assert.deepEqual(changed.metadata, { a: '1', b: '2' })
    const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }]
    const found = async (filter: string): Promise<number> =>
      ((await v3('POST', 'traces/search', { locations, filter })).body.traces ?? []).length
    const second = (await add({ assessment_name: 'better', feedback: { value: 1 }, overrides: first.assessment_id })).assessment
    assert.equal((await v3('GET', at)).body.assessment.valid, false)
    // What was overridden is no longer found.
    assert.deepEqual([await found("feedback.better = '5'"), await found("feedback.better = '1'")], [0, 1])
    await v3('DELETE', `traces/tr-1/assessments/${second.assessment_id}`)
    assert.equal((await v3('GET', at)).body.assessment.valid, true)
    assert.equal(await found("feedback.better = '5'"), 1)
    const expectation = (await add({ assessment_name: 'wanted', expectation: { value: { city: 'Bern' } } })).assessment.expectation
    assert.deepEqual(JSON.parse(expectation.serialized_value.value), { city: 'Bern' })
    assert.equal((await v3('GET', 'traces/tr-1')).body.trace.trace_info.assessments.length, 2)
    assert.equal((await add({ assessment_name: 'none' })).error_code, 'INVALID_PARAMETER_VALUE')
    assert.equal((await add({ assessment_name: 'x', feedback: { value: 1 }, overrides: 'a-none' })).error_code, 'RESOURCE_DOES_NOT_EXIST')
  })

  test('an assessment may name an issue that the trace shows, and stays what it is', async () => {
    const { experiment_id, v3 } = await start()
    await v3('POST', 'traces', info(experiment_id, 'tr-1'))
    const assessment = { assessment_name: 'iss-1', trace_id: 'tr-1', source: { source_type: 'CODE' }, issue: { issue_name: 'Slow tools' } }
    const made = (await v3('POST', 'traces/tr-1/assessments', { assessment })).body.assessment
    assert.deepEqual([made.issue, made.feedback], [{ issue_name: 'Slow tools' }, undefined])
    const path = `traces/tr-1/assessments/${made.assessment_id}`
    assert.deepEqual((await v3('GET', path)).body.assessment.issue, { issue_name: 'Slow tools' })
    const changed = await v3('PATCH', path, { assessment: { feedback: { value: true } }, update_mask: 'feedback' })
    assert.equal(changed.status, 400)
    const both = await v3('POST', 'traces/tr-1/assessments', { assessment: { ...assessment, feedback: { value: 1 } } })
    assert.match(both.body.message, /exactly one/)
  })

  test('DO-05 RLIKE takes time in proportion to the text', async () => {
    const { experiment_id, v3 } = await start()
    for (let n = 0; n < 20; n++) await v3('POST', 'traces', info(experiment_id, `tr-${n}`, { tags: { x: `${'a'.repeat(4_000)}!` } }))
    const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }]
    for (const pattern of ['^(a+)+$', '(a|aa)+b', '(.*){20}b']) {
      const started_ms = performance.now()
      const answer = await v3('POST', 'traces/search', { locations, filter: `tags.x RLIKE '${pattern}'` })
      assert.equal(answer.status, 200, answer.text)
      assert.deepEqual(answer.body.traces, [])
      // Another engine would take until the end of the sun.
      assert.ok(performance.now() - started_ms < 30_000, pattern)
    }
  })

  test('searches by attributes, tags, metadata and assessments, page by page', async () => {
    const { server, experiment_id, v3 } = await start()
    const run_id = (await server.post('runs/create', { experiment_id })).body.run.info.run_id
    const source = { source_type: 'CODE', source_id: 'x' }
    const score = (value: unknown): Fields => ({ assessment_name: 'score', feedback: { value }, source })
    const logged: [string, Fields][] = [
      ['tr-1', { tags: { env: 'prod', 'mlflow.traceName': 'one' }, assessments: [score(0.2)] }],
      ['tr-2', { tags: { env: 'dev', 'mlflow.traceName': 'two' }, state: 'ERROR', assessments: [score(0.9)] }],
      ['tr-3', { trace_metadata: { 'mlflow.sourceRun': run_id }, execution_duration: '3s', assessments: [score('yes')] }],
    ]
    for (const [at, [id, fields]] of logged.entries()) {
      await v3('POST', 'traces', info(experiment_id, id, { request_time: `2026-01-0${at + 1}T00:00:00Z`, ...fields }))
    }
    await server.post('traces/link-to-run', { trace_ids: ['tr-1'], run_id })
    const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }]
    const found = async (filter: string, more: Fields = {}): Promise<string> => {
      const { body } = await v3('POST', 'traces/search', { locations, filter, ...more })
      return body.traces?.map(({ trace_id }: { trace_id: string }) => trace_id).join(' ') ?? body.error_code
    }
    for (const [filter, expected] of [
      ['', 'tr-3 tr-2 tr-1'],
      ["status = 'ERROR'", 'tr-2'],
      ["trace.name LIKE 't%' AND tags.env = 'dev'", 'tr-2'],
      ["tags.`mlflow.traceName` = 'one'", 'tr-1'],
      ["tags.env != 'dev'", 'tr-1'],
      ['tags.env IS NULL', 'tr-3'],
      ['execution_time_ms > 2000', 'tr-3'],
      [`timestamp_ms <= ${Date.UTC(2026, 0, 2)}`, 'tr-2 tr-1'],
      [`attribute.run_id = '${run_id}'`, 'tr-3 tr-1'],
      [`metadata.\`mlflow.sourceRun\` = '${run_id}'`, 'tr-3'],
      ['feedback.score > 0.5', 'tr-2'],
      ["feedback.score = 'yes'", 'tr-3'],
      ["request_id IN ('tr-1', 'tr-3')", 'tr-3 tr-1'],
      ["tags.env RLIKE '^(prod|test)$'", 'tr-1'],
      ["tags.env RLIKE 'd'", 'tr-2 tr-1'],
      ["trace.name RLIKE '(?i)^T.o$'", 'tr-2'],
      ["status RLIKE '^ERR'", 'tr-2'],
      ["metadata.`mlflow.sourceRun` RLIKE '[0-9a-f]{32}'", 'tr-3'],
      ["feedback.score RLIKE 'y.s'", 'tr-3'],
      ["tags.env RLIKE '('", 'INVALID_PARAMETER_VALUE'],
      ["tags.env RLIKE '(.)\\1'", 'INVALID_PARAMETER_VALUE'],
      ["tags.env NOT RLIKE 'd'", 'INVALID_PARAMETER_VALUE'],
      ["nothing.x = 'y'", 'INVALID_PARAMETER_VALUE'],
      ["span.unknown = 'y'", 'INVALID_PARAMETER_VALUE'],
    ] as const) {
      assert.equal(await found(filter), expected, filter)
    }
    assert.equal(await found('', { order_by: ['execution_time DESC', 'name ASC'] }), 'tr-3 tr-1 tr-2')
    assert.equal(await found('', { order_by: ['tags.`mlflow.traceName` DESC'] }), await found('', { order_by: ['name DESC'] }))
    for (const order of ['tags.env ASC', 'tag.env DESC', 'metadata.model ASC', 'request_metadata.model DESC', 'tags.nobody']) {
      const all = (await found('', { order_by: [order] })).split(' ')
      assert.deepEqual(all.toSorted(), ['tr-1', 'tr-2', 'tr-3'], order)
      const page = (await v3('POST', 'traces/search', { locations, order_by: [order], max_results: 1 })).body
      assert.equal(page.traces[0].trace_id, all[0], order)
      const rest = await found('', { order_by: [order], page_token: page.next_page_token, max_results: 1 })
      assert.equal(rest, all[1], order)
    }
    assert.notEqual(await found('', { order_by: ['tags.env ASC'] }), await found('', { order_by: ['tags.env DESC'] }))
    const first = (await v3('POST', 'traces/search', { locations, max_results: 2 })).body
    assert.equal(first.traces.length, 2)
    assert.equal(await found('', { max_results: 2, page_token: first.next_page_token }), 'tr-1')
    const counted = { experiment_ids: [experiment_id], filter_string1: "tags.env = 'dev'", filter_string2: "status = 'ERROR'" }
    const { body } = await v3('POST', 'traces/calculate-filter-correlation', counted)
    assert.deepEqual([body.npmi, body.joint_count, body.total_count], [1, 1, 3])
  })
})
