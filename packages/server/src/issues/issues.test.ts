import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverWithAccounts } from '../testing/accounts.ts'
import { overEachDatabase } from '../testing/databases.ts'
import { type Answer, TestServer } from '../testing/server.ts'

type Fields = Record<string, unknown>

overEachDatabase('issues', (open) => {
  const start = async () => {
    const server = new TestServer(await open())
    const { experiment_id } = (await server.post('experiments/create', { name: 'e' })).body
    const call = (method: string, path: string, body?: Fields): Promise<Answer> => server.call(method, `/api/3.0/mlflow/${path}`, body)
    const make = async (fields: Fields = {}): Promise<string> => {
      const made = await call('POST', 'issues', { experiment_id, name: 'slow', description: 'It takes long.', ...fields })
      assert.equal(made.status, 200, made.text)
      return made.body.issue.issue_id
    }
    const found = async (fields: Fields = {}): Promise<string[]> => {
      const { body, text } = await call('POST', 'issues/search', { experiment_id, ...fields })
      assert.ok(body.issues, text)
      return body.issues.map(({ name }: { name: string }) => name)
    }
    return { server, experiment_id, call, make, found }
  }

  test('are made, got and changed; what is empty stays', async () => {
    const { server, experiment_id, call, make } = await start()
    const { run_id } = (await server.post('runs/create', { experiment_id })).body.run.info
    const fields = { severity: 'high', root_causes: ['a', 'b'], categories: ['latency'], source_run_id: run_id, created_by: 'judge' }
    const issue_id = await make(fields)
    assert.match(issue_id, /^iss-[0-9a-f]{32}$/)
    const { issue } = (await call('GET', `issues/${issue_id}`)).body
    const { created_timestamp, last_updated_timestamp, ...rest } = issue
    assert.equal(created_timestamp, last_updated_timestamp)
    assert.deepEqual(rest, { issue_id, experiment_id, name: 'slow', description: 'It takes long.', status: 'pending', ...fields })
    const changed = await call('PATCH', `issues/${issue_id}`, { status: 'resolved', name: '', severity: 'low' })
    assert.deepEqual([changed.body.issue.status, changed.body.issue.name, changed.body.issue.severity], ['resolved', 'slow', 'low'])
    assert.ok(changed.body.issue.last_updated_timestamp >= created_timestamp)
    for (const [method, path, body] of [
      ['GET', 'issues/iss-none', undefined],
      ['PATCH', 'issues/iss-none', { status: 'resolved' }],
      ['POST', 'issues', { experiment_id: '404', name: 'n', description: 'd' }],
    ] as const) {
      assert.equal((await call(method, path, body)).body.error_code, 'RESOURCE_DOES_NOT_EXIST', path)
    }
    for (const bad of [{ name: '' }, { name: 'x'.repeat(251) }, { description: undefined }, { status: 'open' }, { severity: 'fatal' }]) {
      const answer = await call('POST', 'issues', { experiment_id, name: 'n', description: 'd', ...bad })
      assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE', JSON.stringify(bad))
    }
  })

  test('are found with the gravest first, by state and run, page by page, with how many traces they touch', async () => {
    const { experiment_id, call, make, found } = await start()
    await make({ name: 'none' })
    await make({ name: 'low', severity: 'low', status: 'rejected' })
    const touching = await make({ name: 'high', severity: 'high' })
    await make({ name: 'high2', severity: 'high' })
    assert.deepEqual((await found()).slice(2), ['low', 'none'])
    assert.deepEqual(await found({ filter_string: "status = 'rejected'" }), ['low'])
    assert.equal((await found({ filter_string: "status != 'rejected'" })).length, 3)
    assert.deepEqual(await found({ filter_string: "source_run_id = 'nobody'" }), [])
    assert.deepEqual(await found({ experiment_id: '404' }), [])
    for (const filter_string of ["name = 'x'", "status LIKE 'p%'", 'status']) {
      assert.equal((await call('POST', 'issues/search', { filter_string })).status, 400, filter_string)
    }
    for (const trace_id of ['tr-1', 'tr-2']) {
      const trace_location = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }
      const trace_info = { trace_id, trace_location, request_time: '2026-01-01T00:00:00Z', state: 'OK' }
      await call('POST', 'traces', { trace: { trace_info } })
    }
    const assessment = { assessment_name: touching, source: { source_type: 'CODE' }, issue: { issue_name: 'high' } }
    assert.equal((await call('POST', 'traces/tr-1/assessments', { assessment })).status, 200)
    const counted = await call('POST', 'issues/search', { experiment_id, include_trace_count: true })
    const counts = counted.body.issues.map(({ name, trace_count }: Fields) => [name, trace_count])
    assert.deepEqual(counts, [
      ['high', 1],
      ['high2', 0],
      ['low', 0],
      ['none', 0],
    ])
    const names: string[] = []
    for (let page_token: string | undefined = ''; page_token !== undefined; ) {
      const { body } = await call('POST', 'issues/search', { experiment_id, max_results: 1, page_token, include_trace_count: true })
      names.push(...body.issues.map(({ name }: { name: string }) => name))
      page_token = body.next_page_token
    }
    assert.deepEqual(names, ['high', 'high2', 'low', 'none'])
    const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }]
    const traces = await call('POST', 'traces/search', { locations, filter: `issue.id = '${touching}'` })
    assert.deepEqual(
      traces.body.traces.map((one: { trace_id: string }) => one.trace_id),
      ['tr-1'],
    )
    assert.equal((await call('POST', 'traces/search', { locations, filter: "issue.name = 'x'" })).status, 400)
  })

  test('AZ-12 follow their experiment, and name no run that their maker may not see', async () => {
    const as = await serverWithAccounts(await open(), 'NO_PERMISSIONS', ['alice', 'bob'])
    const make = async (who: string, name: string, more: Fields = {}): Promise<Answer> => {
      const { experiment_id } = (await as(who).post('experiments/create', { name })).body
      return as(who).call('POST', '/api/3.0/mlflow/issues', { experiment_id, name, description: 'd', created_by: 'eve', ...more })
    }
    const hers = (await make('alice', 'hers')).body.issue
    assert.equal(hers.created_by, 'alice')
    const { run_id } = (await as('alice').post('runs/create', { experiment_id: hers.experiment_id })).body.run.info
    assert.equal((await make('bob', 'his', { source_run_id: run_id })).status, 404)
    assert.equal((await as('bob').call('GET', `/api/3.0/mlflow/issues/${hers.issue_id}`)).status, 404)
    for (const [who, n] of [
      ['alice', 1],
      ['bob', 0],
    ] as const) {
      assert.equal((await as(who).call('POST', '/api/3.0/mlflow/issues/search', {})).body.issues.length, n, who)
    }
  })
})
