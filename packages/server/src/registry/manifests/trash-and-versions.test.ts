import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../db/database.ts'
import { emptyTrash } from '../../gc/index.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { TestServer } from '../../testing/server.ts'

const LATER = 4_000_000_000_000
const moment = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** The database, but for transactions that are told to wait after their last statement, before the commit. */
function slowly(db: Database, gate: { open: Promise<void>; reached: () => void }): Database {
  const write: Database['write'] = (work, ...rest) =>
    db.write(
      async (tx) => {
        const result = await work(tx)
        gate.reached()
        await gate.open
        return result
      },
      ...rest,
    )
  return new Proxy(db, { get: (target, name) => (name === 'write' ? write : Reflect.get(target, name, target)) })
}

function gate() {
  const [opened, reached] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  return { at: { open: opened.promise, reached: reached.resolve }, reached: reached.promise, open: opened.resolve }
}

/** A run or a logged model with one file, in the trash; a version can still be made of the run, and of a model in a deleted experiment. */
async function inTrash(server: TestServer, kind: 'run' | 'model'): Promise<string> {
  const { experiment_id } = (await server.post('experiments/create', { name: `of ${kind} ${Math.random()}` })).body
  const put = (path: string) => server.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/${experiment_id}/${path}`, Buffer.from('weights'))
  if (kind === 'run') {
    const { run_id } = (await server.post('runs/create', { experiment_id })).body.run.info
    assert.equal((await put(`${run_id}/artifacts/model/a`)).status, 200)
    await server.post('runs/delete', { run_id })
    return `runs:/${run_id}/model`
  }
  const { model_id } = (await server.post('logged-models', { experiment_id, name: 'm' })).body.model.info
  assert.equal((await put(`models/${model_id}/artifacts/a`)).status, 200)
  await server.post('experiments/delete', { experiment_id })
  return `models:/${model_id}`
}

overEachDatabase('the trash is emptied while a version is made', (open) => {
  for (const kind of ['run', 'model'] as const) {
    const empty = (db: Database, server: TestServer) => emptyTrash(db, server.settings, { before_ms: LATER, dry_run: false })
    const file = (server: TestServer) => server.call('GET', '/model-versions/get-artifact?name=m&version=1&path=a')

    test(`of a ${kind}: a version that was first keeps its files`, async () => {
      const db = await open()
      const server = new TestServer(db)
      const source = await inTrash(server, kind)
      await server.post('registered-models/create', { name: 'm' })
      const door = gate()
      const creation = new TestServer(slowly(db, door.at), server.settings).post('model-versions/create', {
        name: 'm',
        source,
      })
      await door.reached
      const emptying = empty(db, server)
      await moment(100)
      door.open()
      const [made, emptied] = [await creation, await emptying]
      assert.equal(made.status, 200, made.text)
      assert.deepEqual([emptied.runs, emptied.logged_models, emptied.files], [0, 0, 0])
      assert.equal((await file(server)).text, 'weights')
    })

    test(`of a ${kind}: a version that comes too late has no files, or is not made`, async () => {
      const db = await open()
      const server = new TestServer(db)
      const source = await inTrash(server, kind)
      await server.post('registered-models/create', { name: 'm' })
      const door = gate()
      const emptying = empty(slowly(db, door.at), server)
      await door.reached
      const creation = server.post('model-versions/create', { name: 'm', source })
      await moment(100)
      door.open()
      const [made, emptied] = [await creation, await emptying]
      assert.equal(emptied.runs + emptied.logged_models, 1)
      assert.equal(emptied.files, 1)
      if (made.status === 200) {
        assert.equal(made.body.model_version.status, 'READY')
        assert.equal((await file(server)).status, 404)
        const manifest = await server.call('GET', '/api/2.0/millrace/model-versions/manifest?name=m&version=1')
        assert.equal(manifest.status, 404, 'there is no record of files that are not there')
      } else assert.equal(made.body.error_code, 'RESOURCE_DOES_NOT_EXIST')
    })
  }
})
