import assert from 'node:assert/strict'
import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { registryOf } from '../../testing/registry.ts'
import { TestServer } from '../../testing/server.ts'

overEachDatabase('files that are changed past the server', (open) => {
  test('RC-16 a file that was overwritten, removed or put in on the disk is refused at load, its times set back or not', async () => {
    const server = new TestServer(await open())
    const registry = registryOf(server)
    const run = (await server.post('runs/create', { experiment_id: '0' })).body.run.info.run_id
    for (const name of ['MLmodel', 'data/weights', 'empty']) {
      await server.call(
        'PUT',
        `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/model/${name}`,
        Buffer.from(name === 'empty' ? '' : name),
      )
    }
    await registry.post('registered-models/create', { name: 'm' })
    await registry.post('model-versions/create', { name: 'm', source: `runs:/${run}/model` })
    await registry.get('model-versions/get', { name: 'm', version: '1' })
    const uri = () => server.get('model-versions/get-download-uri', { name: 'm', version: '1' })
    const file = () => server.call('GET', '/model-versions/get-artifact?name=m&version=1&path=data/weights')
    const folder = join(server.settings.artifacts_destination, '0', run, 'artifacts', 'model')
    const weights = join(folder, 'data', 'weights')
    const refused = async (what: RegExp): Promise<void> => {
      const { status, body } = await uri()
      assert.deepEqual([status, body.error_code], [403, 'PERMISSION_DENIED'])
      assert.match(body.message, what)
    }
    for (let time = 0; time < 2; time++) for (const load of [uri, file]) assert.equal((await load()).status, 200)

    const { atime, mtime } = statSync(weights)
    writeFileSync(weights, 'data/weightZ')
    utimesSync(weights, atime, mtime)
    await refused(/'data\/weights' is not the one that was registered/)
    assert.equal((await file()).status, 403)
    writeFileSync(weights, 'data/weights')
    for (const load of [uri, file]) assert.equal((await load()).status, 200)

    writeFileSync(join(folder, 'data', 'evil.pkl'), 'x')
    await refused(/'data\/evil.pkl' was not there when the version was registered/)
    assert.equal((await file()).status, 200)
    rmSync(join(folder, 'data', 'evil.pkl'))
    rmSync(join(folder, 'empty'))
    await refused(/'empty' is no longer there/)
  })
})
