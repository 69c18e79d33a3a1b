import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder, run, startServer } from './testing/command.ts'

function sample(): string {
  const cwd = newFolder()
  writeFileSync(join(cwd, 'serve.py'), 'import joblib\nmodel = joblib.load(path)\n')
  return cwd
}

test('audit tells what it found, and its exit code goes by --fail-on', async () => {
  const cwd = sample()
  const found = await run(['audit', '.', '--name', 'kit'], { cwd })
  assert.equal(found.code, 1, found.err)
  assert.match(found.out, /^kit\nVerdict: {4}Fail\nRisk level: HIGH/)
  assert.match(found.out, /serve\.py \(line 2\): model = joblib\.load\(path\)/)
  assert.equal((await run(['audit', '.', '--fail-on', 'critical'], { cwd })).code, 0)
})

test('audit fails on nothing that a baseline holds', async () => {
  const cwd = sample()
  assert.equal((await run(['audit', '.', '--write-baseline', 'known.json', '--fail-on', 'never'], { cwd })).code, 0)
  const again = await run(['audit', '.', '--baseline', 'known.json', '--format', 'json', '--output', 'report.json'], { cwd })
  assert.deepEqual([again.code, again.out], [0, ''], again.err)
})

test('audit says what it cannot follow or read', async () => {
  const cwd = sample()
  const empty = newFolder()
  for (const [args, code, says] of [
    [['audit'], 2, /needs to know what/],
    [['audit', '.', '--format', 'pdf'], 2, /--format pdf is none/],
    [['audit', '.', '--baseline', 'none.json'], 2, /--baseline none\.json/],
    [['audit', 'nowhere'], 3, /nowhere could not be audited: there is no such file or folder\.\n$/],
    [['audit', empty], 2, /nothing to audit in .*--no-allowances/],
    [['audit', '.', '--output', 'none/report.json'], 3, /--output none\/report\.json was not written/],
    [['audit', '.', '--write-baseline', 'none/known.json'], 3, /--write-baseline none\/known\.json was not written/],
    [['audit', 'http://127.0.0.1:99999'], 2, /no address of a server: write it like http:\/\/127\.0\.0\.1:5000/],
    [['audit', 'ftp://x'], 2, /"ftp:\/\/x" can't be audited: name a folder/],
    [['audit', 'http://192.0.2.7:5000', '--active'], 2, /another machine: say --i-own-this-server if you may/],
    [['audit', 'http://127.0.0.1.example:5000', '--active'], 2, /another machine/],
  ] as const) {
    const ended = await run(args, { cwd })
    assert.equal(ended.code, code, ended.err)
    assert.match(ended.err, says)
  }
})

const PASSWORD = 'q8Zr41xvLw-7'

test('a password in the address is refused on the command line, where all can read it, and never told', async () => {
  for (const args of [
    ['audit', `http://ann:${PASSWORD}@127.0.0.1:1`],
    ['audit', '.', '--keep', '--tracking-uri', `http://ann:${PASSWORD}@127.0.0.1:1`],
  ]) {
    const { code, out, err } = await run(args)
    assert.equal(code, 2, err)
    assert.match(err, /holds a password.*MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD/)
    assert.ok(!`${out}${err}`.includes(PASSWORD))
  }
  const unreachable = await run(['audit', 'models:/churn/1'], { env: { MLFLOW_TRACKING_URI: `http://ann:${PASSWORD}@127.0.0.1:1` } })
  assert.equal(unreachable.code, 3)
  assert.match(unreachable.err, /can't be reached/)
  assert.ok(!unreachable.err.includes(PASSWORD))
})

test('audit of a running Millrace finds nothing: SAFE by what it looked at, and UNKNOWN without the login that it would need', async () => {
  for (const flags of [[], ['--auth']]) {
    const needs_login = flags.length > 0
    const server = await startServer(flags, { env: { MILLRACE_ADMIN_PASSWORD: PASSWORD } })
    const asked = (env: Record<string, string>, ...args: string[]) => run(['audit', server.url, ...args], { env })
    const inAddress = server.url.replace('//', `//admin:${PASSWORD}@`)
    const [without, medium, wrong, known] = [
      await asked({}),
      await asked({}, '--fail-on', 'medium'),
      await asked({ MLFLOW_TRACKING_USERNAME: 'admin', MLFLOW_TRACKING_PASSWORD: 'another' }),
      await asked({ MLFLOW_TRACKING_URI: inAddress }),
    ]
    server.process.kill('SIGTERM')
    await server.ended
    assert.deepEqual([without.code, medium.code, wrong.code, known.code], [0, needs_login ? 1 : 0, 0, 0], without.err)
    assert.match(known.out, /\(Millrace\)\nVerdict: {4}Pass\nRisk level: SAFE\n/)
    assert.match(known.out, /A request to another host's name is refused \(403\)/)
    assert.ok(!known.out.includes(PASSWORD))
    assert.equal(/asks for a login \(401\)/.test(without.out), needs_login)
    assert.equal(/server\/no-login/.test(without.out), !needs_login)
    if (!needs_login) continue
    for (const { out } of [without, wrong]) assert.match(out, /\nVerdict: {4}Warn\nRisk level: UNKNOWN \(not everything could be looked at/)
    assert.match(
      without.out,
      /\nNot looked at\n.*The registry was not looked at: it asks for a login; give one in MLFLOW_TRACKING_USERNAME/,
    )
    assert.match(wrong.out, /The registry was not looked at: it does not accept the login that was given/)
  }
})

test('audit of a Millrace that lets every page in says so', async () => {
  const server = await startServer(['--cors-allowed-origins', '*', '--allowed-hosts', '*'])
  const { code, out } = await run(['audit', server.url])
  server.process.kill('SIGTERM')
  await server.ended
  assert.equal(code, 1)
  assert.match(out, /server\/any-host/)
  assert.match(out, /server\/any-origin/)
})

test('audit --keep has a server keep the report, by the same name and with the same findings', async () => {
  const cwd = sample()
  const server = await startServer([])
  const asked = async (path: string) => (await fetch(`${server.url}/api/2.0/millrace/audits${path}`)).json()
  try {
    const { code, out, err } = await run(['audit', '.', '--name', 'kit', '--format', 'json', '--keep', '--tracking-uri', server.url], {
      cwd,
    })
    assert.equal(code, 1, err)
    const [, id = ''] = /Kept as (au-[0-9a-f]{16}): http:.*\/#\/audits\/\1\n/.exec(err) ?? []
    assert.equal(await (await fetch(`${server.url}/api/2.0/millrace/audits/${id}/report`)).text(), out, 'the same bytes')
    const { audits } = (await asked('?target=folder')) as { audits: { name: string; risk: string }[] }
    assert.deepEqual(
      audits.map(({ name, risk }) => [name, risk]),
      [['kit', 'HIGH']],
    )
  } finally {
    server.process.kill('SIGTERM')
    await server.ended
  }
  const gone = await run(['audit', '.', '--keep', '--tracking-uri', 'http://127.0.0.1:1', '--fail-on', 'never'], { cwd })
  assert.equal(gone.code, 3)
  assert.match(gone.err, /the report was not kept/)
  const unnamed = await run(['audit', '.', '--keep'], { cwd })
  assert.equal(unnamed.code, 2)
})

test('audit says when nobody answers', async () => {
  const { code, err } = await run(['audit', 'http://127.0.0.1:1'])
  assert.equal(code, 3)
  assert.match(err, /could not be audited/)
})
