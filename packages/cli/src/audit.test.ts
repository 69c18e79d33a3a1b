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
  for (const [args, code, says] of [
    [['audit'], 2, /needs to know what/],
    [['audit', '.', '--format', 'pdf'], 2, /--format pdf is none/],
    [['audit', '.', '--baseline', 'none.json'], 2, /--baseline none\.json/],
    [['audit', 'nowhere'], 3, /nowhere could not be audited/],
    [['audit', 'http://192.0.2.7:5000', '--active'], 2, /another machine: say --i-own-this-server if you may/],
    [['audit', 'http://127.0.0.1.example:5000', '--active'], 2, /another machine/],
  ] as const) {
    const ended = await run(args)
    assert.equal(ended.code, code, ended.err)
    assert.match(ended.err, says)
  }
})

test('audit of a running Millrace finds nothing, with a login and without on this machine', async () => {
  for (const flags of [[], ['--auth']]) {
    const server = await startServer(flags)
    const { code, out, err } = await run(['audit', server.url])
    server.process.kill('SIGTERM')
    await server.ended
    assert.equal(code, 0, err)
    assert.match(out, /\(Millrace\)\nVerdict: {4}Pass\nRisk level: SAFE\n/)
    assert.match(out, /A request to another host's name is refused \(403\)/)
    assert.equal(/asks for a login \(401\)/.test(out), flags.length > 0)
    assert.equal(/server\/no-login/.test(out), flags.length === 0)
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
