import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { MILLRACE, newFolder, post, run, startServer } from './testing/command.ts'

test('serves from an empty folder, says where, and ends with 0', async () => {
  const cwd = newFolder()
  const server = await startServer([], { cwd })
  assert.equal((await fetch(`${server.url}/health`)).status, 200)
  assert.ok(existsSync(join(cwd, 'millrace-data', 'millrace.db')))
  assert.match(server.said(), /MLFLOW_TRACKING_URI=http:/)
  server.process.kill('SIGTERM')
  assert.equal((await server.ended).code, 0)
})

test("takes mlflow server's flags, and keeps data and artifacts where they say", async () => {
  const cwd = newFolder()
  const args = ['--backend-store-uri', `sqlite:///${cwd}/abs.db`, '--default-artifact-root', `file://${cwd}/roots`, '-h', '127.0.0.1']
  const server = await startServer([...args, '--static-prefix', '/ml', '--expose-prometheus', cwd, '--uvicorn-opts', '-p 99'], { cwd })
  assert.match(server.url, /\/ml$/)
  const made = await post(server.url, 'experiments/create', { name: 'a' })
  assert.equal(made.status, 200)
  const got = await fetch(`${server.url}/api/2.0/mlflow/experiments/get?experiment_id=${made.body.experiment_id}`)
  const { experiment } = (await got.json()) as { experiment: { artifact_location: string } }
  assert.equal(experiment.artifact_location, `file://${cwd}/roots/${made.body.experiment_id}`)
  assert.ok(existsSync(join(cwd, 'abs.db')))
  assert.match(server.said(), /--uvicorn-opts has no effect/)
  server.process.kill('SIGINT')
  assert.equal((await server.ended).code, 0)
})

test('reads variables, those of a file too; a flag wins, and what is set stays', async () => {
  const cwd = newFolder()
  writeFileSync(join(cwd, 'env'), 'MLFLOW_STATIC_PREFIX=/file\nMLFLOW_BACKEND_STORE_URI=sqlite:///rel.db\nMLFLOW_HOST=256.1.1.1\n')
  const server = await startServer(['--env-file', 'env', '--host', '127.0.0.1'], { cwd, env: { MLFLOW_STATIC_PREFIX: '/set' } })
  assert.match(server.url, /\/set$/)
  assert.ok(existsSync(join(cwd, 'rel.db')))
  server.process.kill('SIGTERM')
  await server.ended
})

test('starts beside the tables of MLflow, and says that they are not shown', async () => {
  const { default: Sqlite } = await import('better-sqlite3')
  const cwd = newFolder()
  const db = new Sqlite(join(cwd, 'mlflow.db'))
  db.exec("create table alembic_version (n text); create table experiments (name text); insert into experiments values ('theirs')")
  db.close()
  const server = await startServer(['--backend-store-uri', 'sqlite:///mlflow.db'], { cwd })
  await server.until(/not shown and stay untouched/)
  assert.equal((await post(server.url, 'experiments/create', { name: 'ours' })).status, 200)
  server.process.kill('SIGTERM')
  await server.ended
  const after = new Sqlite(join(cwd, 'mlflow.db'))
  assert.deepEqual(after.prepare('select name from experiments').all(), [{ name: 'theirs' }])
  after.close()
})

for (const [title, args, pattern] of [
  ['an unknown flag', ['--prot', '1'], /--prot is no flag.*Did you mean --port\?/],
  ['a port that is none', ['--port', '70000'], /--port takes a whole number from 0 to 65535/],
  ['a value without its flag', ['5000'], /nothing more is expected/],
  ['a switch with a value', ['--artifacts-only=yes'], /is a switch/],
  ['an address that others reach', ['--host', '0.0.0.0'], /--auth.*--insecure-no-auth/],
  ['an IPv6 address that others reach', ['--host', '::'], /--insecure-no-auth/],
  ['an app of MLflow', ['--app-name', 'other'], /loads no apps of MLflow/],
  ['a folder as the store', ['--backend-store-uri', './mlruns'], /can't be the backend store.*sqlite:\/\/\//],
  ['MySQL', ['--backend-store-uri', 'mysql+pymysql://u@h/d'], /SQLite or PostgreSQL, not in mysql/],
  ['another registry', ['--registry-store-uri', 'sqlite:///other.db'], /another database than the backend store/],
  ['workspaces without a database', ['--enable-workspaces', '--artifacts-only'], /knows no workspaces/],
  ['a root in the folder of workspaces', ['--enable-workspaces', '--default-artifact-root', 's3://b/workspaces'], /ends in "workspaces"/],
  ['a prefix without a slash', ['--static-prefix', 'ml'], /begins with "\/"/],
  ['an artifact store that is not there', ['--artifacts-destination', 'gs://b/p'], /a folder or s3:/],
  ['a database beside artifacts alone', ['--artifacts-only', '--backend-store-uri', 'sqlite:///x.db'], /without a database/],
] as const) {
  test(`refuses ${title} with a sentence and exit code 2`, async () => {
    const { code, err, out } = await run(['server', ...args])
    assert.equal(code, 2, err + out)
    assert.match(err, pattern)
    assert.doesNotMatch(err, /\n {4}at /)
  })
}

test('listens for others when told that nobody signs in, and warns', async () => {
  const server = await startServer(['--host', '0.0.0.0', '--insecure-no-auth'])
  await server.until(/"level":40.*nobody has to sign in/)
  server.process.kill('SIGTERM')
  await server.ended
})

test('serves artifacts alone, and says what is off', async () => {
  const server = await startServer(['--artifacts-only'])
  const answer = await post(server.url, 'experiments/create', { name: 'a' })
  assert.equal(answer.status, 503)
  assert.match(answer.body.message, /`--artifacts-only` mode/)
  assert.equal((await fetch(`${server.url}/health`)).status, 200)
  server.process.kill('SIGTERM')
  await server.ended
})

test('says in a sentence that the port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as { port: number }
  const { code, err } = await run(['server', '--port', String(port)])
  other.close()
  assert.equal(code, 1)
  assert.match(err, new RegExp(`listens on port ${port} of 127.0.0.1 already.*--port ${port + 1}`))
  assert.doesNotMatch(err, /\n {4}at /)
})

test('says in a sentence that the database can not be used', async () => {
  const cwd = newFolder()
  writeFileSync(join(cwd, 'note.db'), 'this is a letter, not a database, and it is long enough for a header. '.repeat(20))
  mkdirSync(join(cwd, 'folder.db'))
  for (const [uri, pattern] of [
    ['sqlite:///note.db', /is no SQLite database/],
    ['sqlite:///folder.db', /can't be opened/],
    ['postgresql://nobody@127.0.0.1:1/x', /does not answer there.*127\.0\.0\.1:1/],
  ] as const) {
    const { code, err } = await run(['server', '--port', '0', '--backend-store-uri', uri], { cwd })
    assert.equal(code, 1, err)
    assert.match(err, pattern)
    assert.doesNotMatch(err, /\n {4}at /)
  }
})

test('starts through a link, from a folder with a space in its name', async () => {
  const cwd = join(newFolder(), 'my models')
  mkdirSync(cwd)
  symlinkSync(MILLRACE, join(cwd, 'mill race'))
  const { code, out } = await run(['--version'], { cwd, command: join(cwd, 'mill race') })
  assert.equal(code, 0)
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  assert.equal(out, `millrace ${version}\n`)
})
