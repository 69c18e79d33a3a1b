import assert from 'node:assert/strict'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { newFolder, post, run, startServer } from './testing/command.ts'

async function withFreshDatabase(): Promise<string> {
  const cwd = newFolder()
  const { code, out } = await run(['db', 'upgrade'], { cwd })
  assert.equal(code, 0)
  assert.match(out, /applied 1 tracking/)
  return cwd
}

test('db upgrade makes the schema, and finds nothing to do the second time', async () => {
  const cwd = await withFreshDatabase()
  const { code, out } = await run(['db', 'upgrade', 'sqlite:///millrace-data/millrace.db'], { cwd })
  assert.equal(code, 0)
  assert.match(out, /already/)
  assert.doesNotMatch(out, /applied/)
})

test('db check finds a sound database sound, on SQLite and on PostgreSQL', async () => {
  const cwd = await withFreshDatabase()
  const sound = await run(['db', 'check'], { cwd })
  assert.equal(sound.code, 0, sound.out)
  assert.match(sound.out, /ok: every page of the file/)
  const { default: pg } = await import('pg')
  const admin = new pg.Client({ connectionString: process.env.MILLRACE_TEST_POSTGRES })
  await admin.connect()
  await admin.query('create schema millrace_check')
  const uri = new URL(process.env.MILLRACE_TEST_POSTGRES ?? '')
  uri.searchParams.set('options', '-c search_path=millrace_check')
  const env = { MLFLOW_BACKEND_STORE_URI: uri.href }
  assert.equal((await run(['db', 'check'], { env })).code, 1)
  assert.equal((await run(['db', 'upgrade'], { env })).code, 0)
  const checked = await run(['db', 'check'], { env })
  assert.equal(checked.code, 0, checked.out)
  await admin.query('drop index millrace_check.run_by_start')
  const lacking = await run(['db', 'check'], { env })
  assert.equal(lacking.code, 1)
  assert.match(lacking.out, /WRONG.*indexes\n +the index run_by_start is not there/)
  await admin.query('drop schema millrace_check cascade')
  await admin.end()
})

for (const [what, damage, pattern] of [
  ['an index that is gone', 'drop index run_by_start', /the index run_by_start is not there/],
  ['a table that is gone', 'drop table param', /the table param is not there/],
  [
    'a run without its experiment',
    "pragma foreign_keys = off; insert into run select 1, 'r', 999, 'n', 'u', 1, 1, null, null",
    /1 rows of run refer/,
  ],
  ['a migration that is missing', 'delete from millrace_migration where id = 1', /1 tracking was not applied/],
  ['a newer schema', "insert into millrace_migration values (999, 'later', 0)", /schema version 999/],
] as const) {
  test(`db check finds ${what}`, async () => {
    const cwd = await withFreshDatabase()
    const db = new Sqlite(join(cwd, 'millrace-data/millrace.db'))
    db.exec(damage)
    db.close()
    const { code, out } = await run(['db', 'check'], { cwd })
    assert.equal(code, 1, out)
    assert.match(out, pattern)
  })
}

test('db check and gc make no database where there is none', async () => {
  const cwd = newFolder()
  for (const command of [['db', 'check'], ['gc']]) {
    const { code, err } = await run(command, { cwd })
    assert.equal(code, 1)
    assert.match(err, /There is no database at/)
  }
  assert.ok(!existsSync(join(cwd, 'millrace-data', 'millrace.db')))
})

test('gc empties the trash beside a running server', async () => {
  const cwd = newFolder()
  const server = await startServer([], { cwd })
  const { experiment_id } = (await post(server.url, 'experiments/create', { name: 'a' })).body
  const { run_id } = (await post(server.url, 'runs/create', { experiment_id })).body.run.info
  const folder = join(cwd, 'millrace-data/artifacts', experiment_id, run_id, 'artifacts')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'm.bin'), 'x'.repeat(2048))
  await post(server.url, 'experiments/delete', { experiment_id })
  const young = await run(['gc', '--older-than', '30d'], { cwd })
  assert.match(young.out, /Removed 0 runs, 0 logged models, 0 experiments; 0 files/)
  const dry = await run(['gc', '--dry-run'], { cwd })
  assert.match(dry.out, /Would remove 1 run, 0 logged models, 1 experiment; 1 file of artifacts, 2\.0 KiB/)
  const named = await run(['gc', '--experiment-ids', `${experiment_id},99`], { cwd })
  assert.equal(named.code, 1)
  assert.match(named.err, /Nothing was removed: there is no experiment 99/)
  const done = await run(['gc'], { cwd })
  assert.equal(done.code, 0, done.err)
  assert.match(done.out, /Removed 1 run, 0 logged models, 1 experiment/)
  assert.ok(!existsSync(folder))
  assert.equal((await post(server.url, 'experiments/create', { name: 'a' })).status, 200)
  server.process.kill('SIGTERM')
  assert.equal((await server.ended).code, 0)
})

test('gc takes from the database where the server keeps artifacts, and a flag goes before that', async () => {
  const cwd = newFolder()
  const server = await startServer(['--artifacts-destination', 'elsewhere', '--backend-store-uri', 'sqlite:///my.db'], { cwd })
  const runs: string[] = []
  for (const name of ['a', 'b']) {
    const { run_id } = (await post(server.url, 'runs/create', { experiment_id: '0', run_name: name })).body.run.info
    const folder = join(cwd, 'elsewhere/0', run_id, 'artifacts')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'm.bin'), 'x')
    await post(server.url, 'runs/delete', { run_id })
    runs.push(run_id)
  }
  const [a = '', b = ''] = runs
  const uri = ['--backend-store-uri', `sqlite:///${join(cwd, 'my.db')}`]
  // From another folder, where a path that was recorded as it was given would lead nowhere.
  const done = await run(['gc', '--run-ids', a, ...uri], { cwd: newFolder() })
  assert.match(done.out, /Removed 1 run, 0 logged models, 0 experiments; 1 file/, done.err)
  assert.ok(!existsSync(join(cwd, 'elsewhere/0', a)))

  renameSync(join(cwd, 'elsewhere'), join(cwd, 'moved'))
  const gone = await run(['gc', ...uri], { cwd: newFolder() })
  assert.equal(gone.code, 1)
  assert.match(gone.err, /Nothing was removed: the artifacts' folder .*elsewhere is not there/)
  assert.ok(existsSync(join(cwd, 'moved/0', b)))
  const told = await run(['gc', '--artifacts-destination', join(cwd, 'moved'), ...uri], { cwd: newFolder() })
  assert.match(told.out, /Removed 1 run, 0 logged models, 0 experiments; 1 file/, told.err)
  assert.ok(!existsSync(join(cwd, 'moved/0', b)))
  server.process.kill('SIGTERM')
  assert.equal((await server.ended).code, 0)
})

test('gc refuses when nobody said where artifacts are', async () => {
  const cwd = await withFreshDatabase()
  const { code, err } = await run(['gc'], { cwd })
  assert.equal(code, 1)
  assert.match(err, /Nothing was removed: no server has put on record yet .*--artifacts-destination/)
})

test('gc refuses a time that it can not read', async () => {
  const { code, err } = await run(['gc', '--older-than', 'a month'])
  assert.equal(code, 2)
  assert.match(err, /30d, 12h or 1d12h/)
})
