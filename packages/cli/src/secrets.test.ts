import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder, run, startServer } from './testing/command.ts'

const PASSWORD = 'Tr0ub4dor'

for (const args of [
  ['server', '--backend-store-uri', `postgresql://ml:${PASSWORD}@127.0.0.1/ml`],
  ['server', `--backend-store-uri=postgresql://ml:${PASSWORD}@127.0.0.1/ml`],
  ['server', '--backend-store-uri', `postgresql://ml@127.0.0.1/ml?sslmode=disable&password=${PASSWORD}`],
  ['server', '--registry-store-uri', `postgresql+psycopg2://ml:${PASSWORD}@127.0.0.1/ml`],
  ['db', 'upgrade', `postgresql://ml:${PASSWORD}@127.0.0.1/ml`],
  ['db', 'check', '--backend-store-uri', `postgresql://ml:${PASSWORD}@127.0.0.1/ml`],
]) {
  test(`refuses a password in ${args.slice(0, 3).join(' ').replaceAll(PASSWORD, '...')} and does not repeat it`, async () => {
    const { code, err, out } = await run(args)
    assert.equal(code, 2)
    assert.match(err, /MILLRACE_DB_PASSWORD,.*MILLRACE_DB_PASSWORD_FILE.*PGPASSFILE.*MLFLOW_BACKEND_STORE_URI/)
    assert.ok(!(out + err).includes(PASSWORD))
  })
}

test('a mistyped flag does not repeat the password behind it', async () => {
  const uri = `postgresql://ml:${PASSWORD}@127.0.0.1/ml`
  for (const args of [[`--backend-store-url=${uri}`], ['--backend-store-url', uri], [uri]]) {
    const { code, err, out } = await run(['server', ...args])
    assert.equal(code, 2)
    assert.ok(!(out + err).includes(PASSWORD), err)
  }
})

test('a password that fails is in no sentence', async () => {
  const env = { MLFLOW_BACKEND_STORE_URI: `postgresql://ml:${PASSWORD}@127.0.0.1:1/ml?connect_timeout=2` }
  const { code, err, out } = await run(['server', '--log-level', 'trace'], { env })
  assert.equal(code, 1)
  assert.ok(!(out + err).includes(PASSWORD), err)
})

test('a password that works is in no line of the log and in no list of processes', async () => {
  const given = new URL(process.env.MILLRACE_TEST_POSTGRES ?? '')
  const password = given.password
  assert.ok(password)
  given.username = 'millrace_secret'
  given.password = PASSWORD
  const { default: pg } = await import('pg')
  const admin = new pg.Client({ connectionString: process.env.MILLRACE_TEST_POSTGRES })
  await admin.connect()
  await admin.query(`create role millrace_secret login password '${PASSWORD}'`)
  await admin.query('create schema millrace_secret authorization millrace_secret')
  const cwd = newFolder()
  writeFileSync(join(cwd, 'password'), `${PASSWORD}\n`)
  writeFileSync(join(cwd, 'pgpass'), `*:*:*:millrace_secret:${PASSWORD}\n`, { mode: 0o600 })
  const whole = given.href
  given.password = ''
  const args = ['--backend-store-uri', given.href, '--workers', '2', '--log-level', 'trace']
  try {
    for (const [more, env] of [
      [[], { MLFLOW_BACKEND_STORE_URI: whole, MLFLOW_WORKERS: '2', MILLRACE_LOG_LEVEL: 'trace' }],
      [args, { MILLRACE_DB_PASSWORD: PASSWORD }],
      [args, { MILLRACE_DB_PASSWORD_FILE: join(cwd, 'password') }],
      [args, { PGPASSFILE: join(cwd, 'pgpass') }],
    ] as const) {
      const server = await startServer(more, { env, cwd })
      const processes = family(server.process.pid as number)
      assert.equal(processes.length, 3)
      for (const pid of processes) assert.ok(!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(PASSWORD))
      server.process.kill('SIGTERM')
      const { code, err, out } = await server.ended
      assert.equal(code, 0, err)
      assert.ok(!(out + err).includes(PASSWORD))
    }
  } finally {
    await admin.query('drop owned by millrace_secret cascade')
    await admin.query('drop role millrace_secret')
    await admin.end()
  }
})

/** A process and those that it started. */
function family(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  )
  return [pid, ...children.flatMap(family)]
}
