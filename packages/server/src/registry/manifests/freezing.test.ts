import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { changeThawed } from '../../artifacts/frozen.ts'
import { artifactStores, incomingBytes, writeThawed } from '../../artifacts/index.ts'
import type { Database } from '../../db/database.ts'
import { command } from '../../db/handles.ts'
import { emptyTrash } from '../../gc/index.ts'
import { silent } from '../../http/log.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { registryOf } from '../../testing/registry.ts'
import { type Answer, TestServer } from '../../testing/server.ts'
import { Registrar } from './index.ts'
import { manifestOf } from './manifest.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const FORGET = [
  command('delete from model_version_manifest'),
  command('delete from model_version_file'),
  command("update manifest_job set due_ms = 0, lease = ''"),
  command('update model_version set status = 1'),
]

class Shelf {
  readonly server: TestServer
  readonly registry: ReturnType<typeof registryOf>
  readonly db: Database

  constructor(db: Database) {
    this.db = db
    this.server = new TestServer(db)
    this.registry = registryOf(this.server)
  }

  async run(): Promise<string> {
    return (await this.server.post('runs/create', { experiment_id: '0' })).body.run.info.run_id
  }

  async model(name: string): Promise<void> {
    await this.registry.post('registered-models/create', { name })
  }

  put(run: string, path: string, text: string): Promise<Answer> {
    return this.server.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/${path}`, Buffer.from(text))
  }

  remove(run: string, path = ''): Promise<Answer> {
    return this.server.call('DELETE', `/ajax-api/2.0/mlflow-artifacts/artifacts/0/${run}${path}`)
  }

  create(name: string, source: string): Promise<Answer> {
    return this.server.post('model-versions/create', { name, source })
  }

  status(name: string, version: string): Promise<string> {
    return this.registry.get('model-versions/get', { name, version }).then((answer) => answer.model_version.status)
  }

  manifest(name: string, version: string): Promise<Answer> {
    return this.server.call('GET', `/api/2.0/millrace/model-versions/manifest?name=${name}&version=${version}`)
  }
}

const refused = (answer: Answer): void => {
  assert.equal(answer.status, 409, answer.text)
  assert.equal(answer.body.error_code, 'RESOURCE_CONFLICT')
  assert.match(answer.body.message, /version 1 of the registered model 'm'.*delete the version first/)
}

overEachDatabase('frozen versions', (open) => {
  test('RC-16 the files of a registered version are on record by digest, and written by nobody', async () => {
    const shelf = new Shelf(await open())
    const run = await shelf.run()
    await shelf.model('m')
    for (const path of ['model/MLmodel', 'model/data/weights.bin', 'model/empty', 'model2/other']) {
      assert.equal((await shelf.put(run, path, path === 'model/empty' ? '' : path)).status, 200)
    }
    const made = await shelf.create('m', `runs:/${run}/model`)
    assert.equal(made.body.model_version.status, 'READY', 'small files are on record before the answer')
    refused(await shelf.put(run, 'model/MLmodel', 'evil'))
    assert.equal(await shelf.status('m', '1'), 'READY')
    const files = [
      { path: 'MLmodel', size: 13, sha256: sha256('model/MLmodel') },
      { path: 'data/weights.bin', size: 22, sha256: sha256('model/data/weights.bin') },
      { path: 'empty', size: 0, sha256: sha256('') },
    ]
    assert.deepEqual((await shelf.manifest('m', '1')).body, { ...manifestOf(files) })
    refused(await shelf.put(run, 'model/MLmodel', 'evil'))
    refused(await shelf.put(run, 'model/new', 'evil'))
    refused(await shelf.put(run, 'model', 'evil'))
    refused(await shelf.remove(run, '/artifacts/model/data/weights.bin'))
    refused(await shelf.remove(run, '/artifacts/model'))
    refused(await shelf.remove(run))
    const page = `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run}&path=model/MLmodel`
    refused(await shelf.server.call('POST', page, Buffer.from('evil')))
    assert.equal((await shelf.put(run, 'model2/other', 'changed')).status, 200)
    assert.equal((await shelf.put(run, 'model0', 'beside')).status, 200)
    const file = await shelf.server.call('GET', '/model-versions/get-artifact?name=m&version=1&path=MLmodel')
    assert.equal(file.text, 'model/MLmodel')
    assert.equal(file.headers['repr-digest'], `sha-256=:${Buffer.from(sha256('model/MLmodel'), 'hex').toString('base64')}:`)
  })

  test('a copy has the same manifest at once, and the files thaw with the last version of them', async () => {
    const shelf = new Shelf(await open())
    const run = await shelf.run()
    for (const name of ['m', 'copy']) await shelf.model(name)
    await shelf.put(run, 'model/a', 'a')
    await shelf.create('m', `runs:/${run}/model`)
    assert.equal(await shelf.status('m', '1'), 'READY')
    const copy = await shelf.create('copy', 'models:/m/1')
    assert.equal(copy.body.model_version.status, 'READY')
    assert.deepEqual((await shelf.manifest('copy', '1')).body, (await shelf.manifest('m', '1')).body)
    await shelf.registry.delete('model-versions/delete', { name: 'm', version: '1' })
    assert.equal((await shelf.put(run, 'model/a', 'b')).status, 409)
    await shelf.registry.delete('registered-models/delete', { name: 'copy' })
    assert.equal((await shelf.put(run, 'model/a', 'b')).status, 200)
  })

  test('a version without files, or of files elsewhere, is registered as MLflow does', async () => {
    const shelf = new Shelf(await open())
    const run = await shelf.run()
    await shelf.model('m')
    await shelf.create('m', `runs:/${run}/nothing`)
    assert.equal(await shelf.status('m', '1'), 'READY')
    assert.deepEqual((await shelf.manifest('m', '1')).body.files, [])
    refused(await shelf.put(run, 'nothing/late', 'x'))
    assert.equal((await shelf.create('m', 's3://elsewhere/model')).body.model_version.status, 'READY')
    assert.equal((await shelf.manifest('m', '2')).status, 404)
  })

  test('what takes longer to read than a moment is answered as pending', async () => {
    const shelf = new Shelf(await open())
    const run = await shelf.run()
    await shelf.model('m')
    const { store, folder } = artifactStores(shelf.server.settings).at(`mlflow-artifacts:/0/${run}/artifacts`)
    const [begun, change] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const changing = changeThawed(shelf.db.reader, store, [...folder, 'model', 'a'], () => {
      begun.resolve()
      return change.promise
    })
    await begun.promise
    const made = await shelf.create('m', `runs:/${run}/model`)
    assert.equal(made.body.model_version.status, 'PENDING_REGISTRATION')
    change.resolve()
    await changing
    assert.equal(await shelf.status('m', '1'), 'READY')
  })

  test('RC-16 an upload that is under way when the version is made does not slip in', async () => {
    const shelf = new Shelf(await open())
    const run = await shelf.run()
    await shelf.model('m')
    await shelf.put(run, 'model/a', 'before')
    const [begun, arrival] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()]
    let fills = 0
    const fill = async (block: Buffer): Promise<number> => {
      begun.resolve()
      return fills++ === 0 ? block.write(await arrival.promise) : 0
    }
    const place = artifactStores(shelf.server.settings).at(`mlflow-artifacts:/0/${run}/artifacts`)
    const slow = writeThawed(shelf.db.reader, place.store, [...place.folder, 'model', 'a'], { fill, declared_bytes: 5 }).then(
      () => 'written',
      (error) => error.code,
    )
    await begun.promise
    await shelf.create('m', `runs:/${run}/model`)
    arrival.resolve('after')
    assert.equal(await slow, 'RESOURCE_CONFLICT')
    assert.equal(await shelf.status('m', '1'), 'READY')
    assert.equal((await shelf.manifest('m', '1')).body.files[0].sha256, sha256('before'))
  })

  test('RC-16 a change that was let through before the version was made is waited for, and in its manifest', async () => {
    const shelf = new Shelf(await open())
    const run = await shelf.run()
    await shelf.model('m')
    await shelf.put(run, 'model/a', 'before')
    const { store, folder } = artifactStores(shelf.server.settings).at(`mlflow-artifacts:/0/${run}/artifacts`)
    const path = [...folder, 'model', 'a']
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const change = changeThawed(shelf.db.reader, store, path, async () => {
      begun.resolve()
      await gate.promise
      await store.write(path, incomingBytes(Buffer.from('after')))
    })
    await begun.promise
    await shelf.create('m', `runs:/${run}/model`)
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal((await shelf.manifest('m', '1')).status, 404)
    gate.resolve()
    await change
    assert.equal(await shelf.status('m', '1'), 'READY')
    assert.equal((await shelf.manifest('m', '1')).body.files[0].sha256, sha256('after'))
  })

  test('a version whose server ended before its files were hashed is made ready by the next; a step may refuse it', async () => {
    const shelf = new Shelf(await open())
    const run = await shelf.run()
    await shelf.model('m')
    await shelf.put(run, 'model/a', 'a')
    await shelf.create('m', `runs:/${run}/model`)
    assert.equal(await shelf.status('m', '1'), 'READY')
    const lose = (): Promise<void> =>
      shelf.db.write(async (tx) => {
        for (const one of FORGET) await tx.run(one)
      })
    await lose()
    new Registrar(shelf.db, shelf.server.settings, silent).start()
    assert.equal(await shelf.status('m', '1'), 'READY')
    assert.equal((await shelf.manifest('m', '1')).body.files.length, 1)
    await lose()
    new Registrar(shelf.db, shelf.server.settings, silent, [async () => ({ refused: 'not this one' })]).start()
    const { model_version } = await shelf.registry.get('model-versions/get', { name: 'm', version: '1' })
    assert.deepEqual([model_version.status, model_version.status_message], ['FAILED_REGISTRATION', 'not this one'])
  })

  test('millrace gc keeps runs that a version was made of', async () => {
    const shelf = new Shelf(await open())
    const [used, unused] = [await shelf.run(), await shelf.run()]
    await shelf.model('m')
    for (const run of [used, unused]) {
      await shelf.put(run, 'model/a', 'a')
      await shelf.server.post('runs/delete', { run_id: run })
    }
    await shelf.create('m', `runs:/${used}/model`)
    assert.equal(await shelf.status('m', '1'), 'READY')
    const empty = () => emptyTrash(shelf.db, shelf.server.settings, { before_ms: 4_000_000_000_000, dry_run: false })
    const emptied = await empty()
    assert.deepEqual([emptied.runs, emptied.failed, emptied.left.length], [1, false, 1])
    assert.equal((await shelf.server.get('runs/get', { run_id: used })).status, 200)
    assert.equal((await shelf.server.call('GET', '/model-versions/get-artifact?name=m&version=1&path=a')).text, 'a')
    await shelf.registry.delete('model-versions/delete', { name: 'm', version: '1' })
    assert.equal((await empty()).runs, 1)
  })

  test('RC-16 uploads, versions and deletions at the same time never leave a manifest that differs from its files', async () => {
    const shelf = new Shelf(await open())
    const run = await shelf.run()
    await shelf.model('m')
    let seed = 7
    const pick = (max: number): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31
      return Math.floor((seed / 2 ** 31) * max)
    }
    const statuses = new Set<number>()
    for (let round = 0; round < 12; round++) {
      const acts = Array.from({ length: 14 }, (_, at) => {
        const path = `f${pick(2)}/x${pick(2)}`
        const kind = pick(8)
        if (kind === 0) return shelf.create('m', `runs:/${run}/f${pick(2)}`)
        if (kind === 1) return shelf.remove(run, `/artifacts/${path}`)
        if (kind === 2)
          return shelf.server.call('DELETE', '/api/2.0/mlflow/model-versions/delete', { name: 'm', version: `${pick(round + 2)}` })
        return shelf.put(run, path, `${round} ${at}`)
      })
      for (const { status } of await Promise.all(acts)) statuses.add(status)
      const { model_versions } = await shelf.registry.get('model-versions/search', { filter: "name = 'm'" })
      for (const { version, source } of model_versions) {
        assert.equal(await shelf.status('m', version), 'READY')
        const { files } = (await shelf.manifest('m', version)).body
        const folder = source.split('/').at(-1)
        const listed = await shelf.server.get('artifacts/list', { run_id: run, path: folder })
        assert.equal((listed.body.files ?? []).length, files.length)
        for (const file of files) {
          const { text } = await shelf.server.call('GET', `/get-artifact?run_uuid=${run}&path=${folder}/${file.path}`)
          assert.equal(sha256(text), file.sha256)
        }
      }
      // Else everything would be frozen after a few rounds.
      for (const { version } of model_versions.slice(round % 2))
        await shelf.registry.delete('model-versions/delete', { name: 'm', version })
    }
    assert.ok(statuses.has(200) && statuses.has(409))
  })
})
