import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, describe, test } from 'node:test'
import pg from 'pg'
import { changeThawed } from '../../artifacts/frozen.ts'
import { artifactStores, incomingBytes } from '../../artifacts/index.ts'
import type { Database } from '../../db/database.ts'
import { command, query } from '../../db/handles.ts'
import { migrate } from '../../db/migrate.ts'
import { openPostgres } from '../../db/postgres.ts'
import { postgresUri } from '../../testing/databases.ts'
import { type Answer, TestServer, testSettings } from '../../testing/server.ts'
import type { Step } from './index.ts'

const SERVERS = 3
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const EXPIRE = command('update manifest_job set due_ms = 0 where due_ms is not null')
const JOBS = query<{ n: number }>('select count(*) as n from manifest_job where due_ms is not null')

/** Several servers over one database, which share nothing else than the folder of artifacts: each has its own connections and registrar. */
class Farm {
  readonly databases: Database[] = []
  readonly servers: TestServer[] = []

  static async start(steps: (server: number) => readonly Step[] = () => []): Promise<Farm> {
    const connectionString = postgresUri()
    const schema = `t_${randomBytes(8).toString('hex')}`
    const admin = new pg.Client({ connectionString })
    await admin.connect()
    await admin.query(`create schema ${schema}`)
    await admin.end()
    const farm = new Farm()
    const settings = testSettings()
    for (let at = 0; at < SERVERS; at++) {
      const db = openPostgres({ connectionString, options: `-c search_path=${schema}`, max: 4 })
      if (at === 0) await migrate(db)
      farm.databases.push(db)
      farm.servers.push(new TestServer(db, settings, {}, undefined, steps(at)))
    }
    return farm
  }

  async stop(): Promise<void> {
    for (const db of this.databases) await db.close()
  }

  at(number: number): TestServer {
    return this.servers[number % SERVERS] as TestServer
  }

  put(server: number, run: string, path: string, text: string): Promise<Answer> {
    return this.at(server).call('PUT', `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/${path}`, Buffer.from(text))
  }

  /** The digest on record of a version's only file, once it is READY; as another server tells. */
  async digest(server: number, version: string): Promise<string> {
    const at = `name=m&version=${version}`
    for (const deadline = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const { model_version } = (await this.at(server).call('GET', `/api/2.0/mlflow/model-versions/get?${at}`)).body
      if (model_version.status === 'READY') break
      assert.ok(Date.now() < deadline, `version ${version} is ${model_version.status}`)
    }
    return (await this.at(server).call('GET', `/api/2.0/millrace/model-versions/manifest?${at}`)).body.files[0].sha256
  }
}

describe('several servers on one PostgreSQL', () => {
  const farms: Farm[] = []
  const start = async (...steps: Parameters<typeof Farm.start>): Promise<Farm> => {
    const farm = await Farm.start(...steps)
    farms.push(farm)
    return farm
  }
  after(async () => {
    for (const farm of farms) await farm.stop()
  })

  test('RC-16 a version that is made at one freezes its files at all', async () => {
    const farm = await start()
    const run = (await farm.at(0).post('runs/create', { experiment_id: '0' })).body.run.info.run_id
    await farm.at(0).post('registered-models/create', { name: 'm' })
    await farm.put(1, run, 'model/a', 'a')
    assert.equal((await farm.at(2).post('model-versions/create', { name: 'm', source: `runs:/${run}/model` })).status, 200)
    for (let at = 0; at < SERVERS; at++) assert.equal((await farm.put(at, run, 'model/a', 'evil')).status, 409)
    assert.equal(await farm.digest(1, '1'), sha256('a'))
  })

  test('RC-16 what another server was just writing when the version was made is hashed again', async () => {
    const farm = await start()
    const run = (await farm.at(0).post('runs/create', { experiment_id: '0' })).body.run.info.run_id
    await farm.at(0).post('registered-models/create', { name: 'm' })
    await farm.put(0, run, 'model/a', 'before')
    const db = farm.databases[1] as Database
    const { store, folder } = artifactStores(farm.at(1).settings).at(`mlflow-artifacts:/0/${run}/artifacts`)
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const change = changeThawed(db.reader, store, [...folder, 'model', 'a'], async () => {
      begun.resolve()
      await gate.promise
      await store.write([...folder, 'model', 'a'], incomingBytes(Buffer.from('after')))
    })
    await begun.promise
    await farm.at(0).post('model-versions/create', { name: 'm', source: `runs:/${run}/model` })
    assert.equal(await farm.digest(2, '1'), sha256('before'), 'the other server knows nothing of the change')
    gate.resolve()
    await change
    assert.equal(await farm.digest(2, '1'), sha256('after'))
    assert.equal((await farm.at(0).call('GET', '/model-versions/get-artifact?name=m&version=1&path=a')).text, 'after')
  })

  test('each version is registered by one of them; those of a server that ended are taken over', async () => {
    const done: string[] = []
    // The first server never gets done with a version: it stands for one that ended in between.
    const farm = await start((at) => [
      async (version) => {
        if (at === 0) return new Promise(() => {})
        done.push(`${version}`)
        return undefined
      },
    ])
    const run = (await farm.at(1).post('runs/create', { experiment_id: '0' })).body.run.info.run_id
    await farm.at(1).post('registered-models/create', { name: 'm' })
    const made = Array.from({ length: 9 }, async (_, at) => {
      await farm.put(at, run, `model${at}/a`, `${at}`)
      const answer = await farm.at(at).post('model-versions/create', { name: 'm', source: `runs:/${run}/model${at}` })
      return [at, answer.body.model_version.version] as const
    })
    const versions = await Promise.all(made)
    const ended = ([at]: readonly [number, string]) => at % SERVERS === 0
    for (const [at, version] of versions.filter((one) => !ended(one))) assert.equal(await farm.digest(at, version), sha256(`${at}`))
    assert.equal(done.length, 6)
    // Later, when the leases of the server that ended are over.
    await farm.databases[1]?.write((tx) => tx.run(EXPIRE))
    for (const [at, version] of versions.filter(ended)) assert.equal(await farm.digest(at + 1, version), sha256(`${at}`))
    assert.equal(new Set(done).size, 9)
    assert.equal(done.length, 9)
    assert.equal(Number((await farm.databases[1]?.reader.get(JOBS))?.n), 0)
  })
})
