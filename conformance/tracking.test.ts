// MLflow's Python client, unmodified, against servers that were started as a user starts them.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import pg from 'pg'
import { postgresUri } from '../packages/server/src/testing/databases.ts'
import { pythonWithMlflow, runPython } from './python.ts'
import { startMillrace } from './server.ts'

const script = (name: string) => new URL(`clients/${name}`, import.meta.url).pathname

before(() => void pythonWithMlflow(), { timeout: 900_000 })

/** Flags and variables that start servers over a new database of the PostgreSQL server that `npm test` started. */
async function newPostgresDatabase(): Promise<{ args: string[]; env: Record<string, string> }> {
  const { host, username, password } = new URL(postgresUri())
  const database = `tracking_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: postgresUri() })
  await admin.connect()
  await admin.query(`create database ${database}`)
  await admin.end()
  return { args: ['--backend-store-uri', `postgresql://${username}@${host}/${database}`], env: { PGPASSWORD: password } }
}

const places = {
  SQLite: async () => ({ args: [], env: {} }),
  PostgreSQL: newPostgresDatabase,
}

for (const [kind, place] of Object.entries(places)) {
  for (const name of ['tracking.py', 'train_models.py']) {
    test(`MLflow's Python client does what a training script does: ${name} (${kind})`, { timeout: 300_000 }, async () => {
      const { args, env } = await place()
      const server = await startMillrace(args, { env })
      try {
        assert.match(await runPython(script(name), [], { MLFLOW_TRACKING_URI: server.url }, server.dir), /all well\s*$/)
      } finally {
        assert.equal(await server.stop(), 0)
      }
    })
  }
}

test('two servers over one PostgreSQL are one', { timeout: 300_000 }, async () => {
  const { args, env } = await newPostgresDatabase()
  const dir = mkdtempSync(join(tmpdir(), 'millrace-two-'))
  try {
    const shared = [...args, '--artifacts-destination', join(dir, 'artifacts')]
    const servers = await Promise.all([startMillrace(shared, { env }), startMillrace(shared, { env })])
    try {
      const [first, second] = servers.map((server) => server.url) as [string, string]
      assert.match(await runPython(script('two_servers.py'), [], { FIRST: first, SECOND: second }), /all well\s*$/)
    } finally {
      for (const server of servers) assert.equal(await server.stop(), 0)
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
