import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { type Answer, TestServer } from '../../testing/server.ts'

async function ok(answer: Promise<Answer>): Promise<Answer['body']> {
  const { status, text, body } = await answer
  assert.equal(status, 200, text)
  return body
}

async function refused(answer: Promise<Answer>, status: number, code: string, phrase: string): Promise<void> {
  const { status: got, body, text } = await answer
  assert.equal(got, status, text)
  assert.equal(body.error_code, code)
  assert.ok(body.message.includes(phrase), body.message)
}

overEachDatabase('experiments', (open) => {
  const serve = async (): Promise<TestServer> => new TestServer(await open())
  const make = async (server: TestServer, name: string): Promise<string> =>
    (await ok(server.post('experiments/create', { name }))).experiment_id
  const get = async (server: TestServer, experiment_id: string): Promise<Answer['body']> =>
    (await ok(server.get('experiments/get', { experiment_id }))).experiment

  test('the default experiment is there from the first start, once, with its artifacts below the root', async () => {
    const db = await open()
    const settings = { default_artifact_root: 's3://bucket/root/' }
    const servers = [new TestServer(db, settings), new TestServer(db, settings), new TestServer(db, settings)]
    await Promise.all(servers.map((server) => server.get('experiments/get', { experiment_id: '0' })))
    const experiment = await get(servers[1] as TestServer, '0')
    assert.equal(experiment.name, 'Default')
    assert.equal(experiment.artifact_location, 's3://bucket/root/0')
    assert.equal(experiment.lifecycle_stage, 'active')
    assert.notEqual(await make(servers[0] as TestServer, 'first'), '0')
  })

  test('the default experiment is not made again where somebody removed it', async () => {
    const db = await open()
    await make(new TestServer(db), 'other')
    await db.write((tx) => tx.run({ sql: 'delete from experiment where id = 0', changes: true }))
    const server = new TestServer(db)
    await refused(server.get('experiments/get', { experiment_id: '0' }), 404, 'RESOURCE_DOES_NOT_EXIST', 'No Experiment with id=0 exists')
  })

  test('are found by name, deleted or not', async () => {
    const server = await serve()
    const experiment_id = await make(server, 'a "b" \'c\' %')
    await ok(server.post('experiments/delete', { experiment_id }))
    const { experiment } = await ok(server.get('experiments/get-by-name', { experiment_name: 'a "b" \'c\' %' }))
    assert.equal(experiment.experiment_id, experiment_id)
    assert.equal(experiment.lifecycle_stage, 'deleted')
    const other = server.get('experiments/get-by-name', { experiment_name: 'a' })
    await refused(other, 404, 'RESOURCE_DOES_NOT_EXIST', "Could not find experiment with name 'a'")
  })

  test('are renamed, to what is free', async () => {
    const server = await serve()
    const experiment_id = await make(server, 'old')
    await make(server, 'taken')
    await ok(server.post('experiments/update', { experiment_id, new_name: 'new' }))
    await ok(server.post('experiments/update', { experiment_id, new_name: 'new' }))
    assert.equal((await get(server, experiment_id)).name, 'new')
    const rename = (new_name: string): Promise<Answer> => server.post('experiments/update', { experiment_id, new_name })
    await refused(rename('taken'), 400, 'RESOURCE_ALREADY_EXISTS', 'Experiment(name=taken) already exists')
    await refused(rename(''), 400, 'INVALID_PARAMETER_VALUE', "parameter 'new_name'")
    await refused(rename('x'.repeat(501)), 400, 'INVALID_PARAMETER_VALUE', 'exceeds the maximum length of 500')
    await refused(rename('a\nb'), 400, 'INVALID_PARAMETER_VALUE', 'control characters')
    await ok(server.post('experiments/delete', { experiment_id }))
    await refused(rename('other'), 400, 'INVALID_PARAMETER_VALUE', 'Cannot rename a non-active experiment')
  })

  for (const name of ['a\nb', 'a\rb', '\u001b[31mred', 'a\u0085', '\u007f']) {
    test(`are not made with control characters: ${JSON.stringify(name)} (DO-10)`, async () => {
      const server = await serve()
      await refused(server.post('experiments/create', { name }), 400, 'INVALID_PARAMETER_VALUE', 'control characters')
    })
  }

  test('take their runs with them when they are deleted, and bring back those and no others', async () => {
    const db = await open()
    const server = new TestServer(db)
    const experiment_id = await make(server, 'x')
    const newRun = async (): Promise<string> => (await ok(server.post('runs/create', { experiment_id }))).run.info.run_id
    const stage = async (run_id: string): Promise<string> => (await ok(server.get('runs/get', { run_id }))).run.info.lifecycle_stage
    const [kept, gone] = [await newRun(), await newRun()]
    await db.write((tx) => tx.run({ sql: 'update run set deleted_ms = 5 where run_id = ?', changes: true }, gone))
    const before = await get(server, experiment_id)
    await ok(server.post('experiments/delete', { experiment_id }))
    assert.deepEqual([await stage(kept), await stage(gone)], ['deleted', 'deleted'])
    assert.equal((await get(server, experiment_id)).lifecycle_stage, 'deleted')
    assert.ok((await get(server, experiment_id)).last_update_time >= before.last_update_time)
    await refused(server.post('experiments/delete', { experiment_id }), 404, 'RESOURCE_DOES_NOT_EXIST', 'No Experiment with id=')
    await refused(server.post('experiments/create', { name: 'x' }), 400, 'RESOURCE_ALREADY_EXISTS', 'in deleted state')
    await ok(server.post('experiments/restore', { experiment_id }))
    assert.deepEqual([await stage(kept), await stage(gone)], ['active', 'deleted'])
    assert.equal((await get(server, experiment_id)).lifecycle_stage, 'active')
    await refused(server.post('experiments/restore', { experiment_id }), 404, 'RESOURCE_DOES_NOT_EXIST', 'No Experiment with id=')
  })

  test('have tags that are set, set again and taken away', async () => {
    const server = await serve()
    const experiment_id = await make(server, 'tagged')
    const set = (key: string, value?: string): Promise<Answer> =>
      server.post('experiments/set-experiment-tag', { experiment_id, key, value })
    await ok(set('team', 'risk'))
    await ok(set('team', 'fraud'))
    await ok(set('empty'))
    await ok(set('__proto__', 'data'))
    const tags = [
      { key: '__proto__', value: 'data' },
      { key: 'empty', value: '' },
      { key: 'team', value: 'fraud' },
    ]
    assert.deepEqual((await get(server, experiment_id)).tags, tags)
    const remove = (key: string): Promise<Answer> => server.post('experiments/delete-experiment-tag', { experiment_id, key })
    await ok(remove('empty'))
    await refused(remove('empty'), 404, 'RESOURCE_DOES_NOT_EXIST', 'No tag with name: empty')
    await refused(set('../x', 'v'), 400, 'INVALID_PARAMETER_VALUE', "parameter 'key'")
    await refused(set('k', 'v'.repeat(20_001)), 400, 'INVALID_PARAMETER_VALUE', 'exceeds the maximum length of 20000')
    await ok(server.post('experiments/delete', { experiment_id }))
    await refused(set('team', 'x'), 400, 'INVALID_PARAMETER_VALUE', "must be in the 'active' state")
    await refused(remove('team'), 400, 'INVALID_PARAMETER_VALUE', "must be in the 'active' state")
  })

  for (const path of ['update', 'delete', 'restore', 'set-experiment-tag', 'delete-experiment-tag']) {
    for (const experiment_id of ['999', '-1', '1 or 1=1', '9'.repeat(40)]) {
      test(`${path} of an experiment that is not there: ${experiment_id}`, async () => {
        const payload = { experiment_id, new_name: 'n', key: 'k', value: 'v' }
        const answer = (await serve()).post(`experiments/${path}`, payload)
        await refused(answer, 404, 'RESOURCE_DOES_NOT_EXIST', `No Experiment with id=${experiment_id} exists`)
      })
    }
  }
})
