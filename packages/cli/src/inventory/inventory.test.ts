import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { newFolder, post, run, type Started, startServer } from '../testing/command.ts'
import { type Files, logged, register } from '../testing/registered.ts'

const EVIL = Buffer.from("cos\nsystem\n(S'true'\ntR.", 'latin1')
const pickleOf = (text: string): Buffer => Buffer.concat([Buffer.from([0x80, 4, 0x8c, text.length]), Buffer.from(text), Buffer.from('.')])

function folderWith(files: Files): string {
  const folder = newFolder()
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  return folder
}

const stop = async (server: Started): Promise<void> => {
  server.process.kill('SIGTERM')
  await server.ended
}

describe('millrace inventory', { timeout: 120_000 }, () => {
  let server: Started & { url: string }
  const inventory = (args: readonly string[], url = server.url) => run(['inventory', ...args], { env: { MLFLOW_TRACKING_URI: url } })

  before(async () => {
    server = await startServer([])
    await register(server.url, 'churn', await logged(server.url, { 'model.pkl': pickleOf('good'), MLmodel: 'flavors:\n  sklearn: {}\n' }))
  })
  after(() => stop(server))

  test('files are known by digest, whatever they are called; others are changed, unknown or malicious', async () => {
    const folder = folderWith({
      'notes/readme.txt': pickleOf('good'),
      'churn/model.pkl': pickleOf('newer'),
      'deep/er/weights.dat': pickleOf('strange'),
      'packed.bin': gzipSync(pickleOf('strange')),
      'holiday.jpg': EVIL,
      'text.pkl': 'only a text, and no model',
      'main.py': 'import os\nos.system("true")\n',
      'node_modules/a/evil.pkl': EVIL,
      '.git/evil.pkl': EVIL,
      'my-env/pyvenv.cfg': 'home = /usr',
      'my-env/lib/evil.pkl': EVIL,
    })
    symlinkSync(join(folder, 'holiday.jpg'), join(folder, 'link.pkl'))
    const { code, out, err } = await inventory([folder, '--json'])
    assert.equal(code, 2, err)
    const { summary, models, not_read } = JSON.parse(out)
    assert.deepEqual(summary, { files: 7, known: 1, changed: 1, unknown: 2, malicious: 1 })
    assert.deepEqual(not_read, [])
    const told = models.map((one: Record<string, string>) => [one.where?.slice(folder.length + 1), one.status, one.kind, one.scan])
    assert.deepEqual(told, [
      ['churn/model.pkl', 'changed', 'pickle', 'clean'],
      ['deep/er/weights.dat', 'unknown', 'pickle', 'clean'],
      ['holiday.jpg', 'malicious', 'pickle', 'malicious'],
      ['notes/readme.txt', 'known', 'pickle', 'clean'],
      ['packed.bin', 'unknown', 'pickle in gzip', 'clean'],
    ])
    assert.deepEqual(
      models.map(({ versions }: { versions: string[] }) => versions),
      [['models:/churn/1'], [], [], ['models:/churn/1'], []],
    )
    assert.deepEqual(models[2].findings, ['pickle/dangerous-import'])
    assert.equal(models[0].owner, userInfo().username)
    assert.equal(models[3].bytes, pickleOf('good').length)
  })

  test('millrace scan fetches the files of a registered version', async () => {
    const { code, out, err } = await run(['scan', 'models:/churn/1', '--format', 'json'], { env: { MLFLOW_TRACKING_URI: server.url } })
    assert.equal(code, 0, err)
    const { files } = JSON.parse(out)
    assert.deepEqual(files.map((one: { file: string; ending: string }) => `${one.file} ${one.ending}`).sort(), [
      'MLmodel clean',
      'model.pkl clean',
    ])
    const none = await run(['scan', 'models:/churn/9'], { env: { MLFLOW_TRACKING_URI: server.url } })
    assert.notEqual(none.code, 0)
  })

  test('the exit code is 0 where all is known, 1 where something is not, 2 where something is malicious or mistyped', async () => {
    const known = folderWith({ a: pickleOf('good') })
    const fine = await inventory([known])
    assert.equal(fine.code, 0, fine.err)
    assert.match(fine.out, /^known +\d+ B +pickle .* clean +models:\/churn\/1 /m)
    assert.match(fine.out, /1 models among 1 files: 0 malicious, 0 changed, 0 unknown, 1 known\n$/)
    const both = await inventory([known, folderWith({ '=cmd': pickleOf('x') }), '--csv'])
    assert.equal(both.code, 1, both.err)
    assert.match(both.out, /^status,where,kind,bytes,owner,sha256,versions,known_in,scan,findings\r\n/)
    assert.match(both.out, /\r\nunknown,.*\/=cmd,pickle,6,/)
    assert.equal((await inventory([folderWith({ 'a.txt': 'text' })])).code, 0)
    for (const [args, says] of [
      [[], /needs to know where to look/],
      [[join(known, 'nothing')], /There is nothing at/],
      [[known, '--json', '--csv'], /two answers/],
      [['--tracking-uri', 'mlflow'], /takes the address/],
      [['--tracking-uri', 'http://a:1,http://b:1'], /sent to one only/],
    ] as const) {
      const { code, err } = await run(['inventory', ...args], {
        env: { MLFLOW_TRACKING_URI: server.url, MILLRACE_INVENTORY_TOKEN: 'for-one' },
      })
      assert.equal(code, 2, err)
      assert.match(err, says)
    }
    const alone = await run(['inventory', known])
    assert.equal(alone.code, 1)
    assert.match(alone.err, /No registry is asked/)
  })

  test('what was refused is not known, and what lies beside it is not malicious', async () => {
    const mlmodel = 'flavors:\n  keras: {}\n'
    const run_id = await logged(server.url, { 'model.pkl': EVIL, MLmodel: mlmodel })
    await register(server.url, 'refused', run_id, 'FAILED_REGISTRATION')
    const { code, out, err } = await inventory([folderWith({ a: EVIL, b: mlmodel, c: pickleOf('good') }), '--json'])
    assert.equal(code, 2, err)
    assert.deepEqual(
      JSON.parse(out).models.map(({ status, kind }: { status: string; kind: string }) => [status, kind]),
      [
        ['malicious', 'pickle'],
        ['unknown', 'MLmodel'],
        ['known', 'pickle'],
      ],
    )
  })

  test('--keep has the registry keep the inventory, with what could not be read', async () => {
    const folder = folderWith({ 'churn/model.pkl': pickleOf('newer'), known: pickleOf('good'), 'holiday.jpg': EVIL })
    const { code, err } = await inventory([folder, '--json', '--keep', '--name', 'laptops'])
    assert.equal(code, 2, err)
    const [, id = ''] = /Kept as (in-[0-9a-f]{16}): http:.*report=\1\n/.exec(err) ?? []
    const asked = async (path: string) => (await fetch(`${server.url}/api/2.0/millrace/inventory/reports/${id}${path}`)).json()
    const { inventory: kept } = (await asked('')) as { inventory: { name: string; counts: object; looked_at: number } }
    assert.deepEqual([kept.name, kept.counts, kept.looked_at], ['laptops', { malicious: 1, changed: 1, unknown: 0, known: 1 }, 3])
    const { models } = (await asked('/models')) as { models: { where: string; status: string; findings: string[] }[] }
    assert.deepEqual(
      models.map(({ where, status }) => [where.slice(folder.length + 1), status]),
      [
        ['holiday.jpg', 'malicious'],
        ['churn/model.pkl', 'changed'],
        ['known', 'known'],
      ],
    )
    assert.deepEqual(models[0]?.findings, ['pickle/dangerous-import'])
    const alone = await run(['inventory', folder, '--keep'])
    assert.equal(alone.code, 2)
    assert.match(alone.err, /--keep needs a server/)
  })

  test('a server that is not there is said, and nothing is called known', async () => {
    const { code, out, err } = await inventory([folderWith({ a: pickleOf('good') })], 'http://127.0.0.1:1')
    assert.deepEqual([code, out], [1, ''])
    assert.match(err, /The registry was not asked: the server can't be reached/)
  })

  test("another server's versions and logged models are looked for in the registry, and nothing is changed there", async (t) => {
    const other = await startServer([])
    t.after(() => stop(other))
    const run_id = await logged(other.url, { 'model.pkl': pickleOf('theirs') })
    for (const name of ['churn', 'fraud']) await register(other.url, name, run_id)
    await post(other.url, 'logged-models', { experiment_id: '0', name: 'shadow', tags: [{ key: 'mlflow.user', value: 'ben' }] })
    const old = await logged(other.url, {})
    const tag = { run_id: old, key: 'mlflow.log-model.history', value: '[{"artifact_path":"model"}]' }
    assert.equal((await post(other.url, 'runs/set-tag', tag)).status, 200)
    const { code, out, err } = await inventory(['--tracking-uri', other.url, '--json'])
    assert.equal(code, 1, err)
    const models: { where: string; status: string; kind: string; versions: string[]; owner: string }[] = JSON.parse(out).models
    const host = new URL(other.url).host
    const told = models.map(({ where, status, kind, versions, owner }) => [where.slice(host.length + 1), status, kind, versions, owner])
    told.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))
    assert.equal(told.length, 4, out)
    assert.deepEqual(told[0], ['models:/churn/1', 'changed', 'version', ['models:/churn/1'], ''])
    assert.deepEqual(told[1], ['models:/fraud/1', 'unknown', 'version', [], ''])
    assert.match(String(told[2]?.[0]), /^models:\/m-[0-9a-f]{32} shadow$/)
    assert.deepEqual(told[2]?.slice(1), ['unknown', 'logged model', [], 'ben'])
    assert.match(String(told[3]?.[0]), new RegExp(`^runs:/${old}`))
    assert.deepEqual(told[3]?.slice(1), ['unknown', 'logged model', [], 'ann'])
    assert.equal((await inventory(['--tracking-uri', server.url, '--json'])).code, 0)
  })
})
