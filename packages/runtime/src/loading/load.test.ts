import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Refused, type Step } from '../refused.ts'
import { Models } from '../serving/models.ts'
import { predict } from '../serving/served.ts'
import { Watch } from '../serving/watch.ts'
import { folderOf, loggedFiles } from '../testing/models.ts'
import { clientOf, type Registry } from '../testing/registry.ts'
import { loadModel } from './load.ts'

// A temporary folder of this file's own: what is left in it was left here, whichever test runs beside.
const own = mkdtempSync(join(tmpdir(), 'millrace-load-'))
process.env.TMPDIR = own
after(() => rmSync(own, { recursive: true, force: true }))

const ROWS = {
  rows: 2,
  width: 2,
  names: ['b', 'a'],
  by: 'row',
  cells: [
    [1, 0.2],
    [1, 0.8],
  ],
} as const

const refusedAt = (step: Step, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Refused, String(error))
  assert.equal(error.step, step, error.message)
  assert.match(error.message, message)
  return true
}

test('a folder is scanned, read, tried with its example, and leaves no copy behind', async (t) => {
  const model = await loadModel(folderOf(t, loggedFiles()), { client: undefined, name: 'steps' })
  assert.deepEqual([model.name, model.version], ['steps', '1'])
  assert.deepEqual([...(await predict(model, ROWS)).values], [1, 2])
  assert.deepEqual(copies(), [])
})

test('RC-01 RC-02 each step refuses by itself, says which it is, and leaves no copy behind', async (t) => {
  const whole = loggedFiles()
  const evil = Buffer.from("cos\nsystem\n(S'true'\ntR.", 'latin1')
  const odd = Buffer.from([1, 2, 3, 4, 5])
  const mlmodel = String(whole.MLmodel)
  const example = (text: string) => ({ ...whole, 'serving_input_example.json': text })
  const cases: [what: string, files: Record<string, string | Buffer>, step: Step, message: RegExp][] = [
    ['a pickle that runs something, by any name', { ...whole, 'extra/weights.bin': evil }, 'scan', /malicious: extra\/weights\.bin/],
    ['bytes that nobody knows', { ...whole, data: odd }, 'scan', /not looked at/],
    ['no MLmodel', { 'model.lgb': whole['model.lgb'] as string }, 'describe', /no file MLmodel/],
    ['an input of a type that is not served', { ...whole, MLmodel: mlmodel.replace('"double"', '"array"') }, 'describe', /"array"/],
    [
      'another method',
      { ...whole, MLmodel: mlmodel.replace('    loader', '    predict_fn: transform\n    loader') },
      'describe',
      /'transform'/,
    ],
    ['a file out of the folder', { ...whole, MLmodel: mlmodel.replaceAll('model.lgb', '../model.lgb') }, 'scan', /leads out of the folder/],
    ['a file that is not there', { ...whole, MLmodel: mlmodel.replaceAll('model.lgb', 'other.lgb') }, 'read', /names no file/],
    ['another flavor', { ...whole, MLmodel: mlmodel.replace('  lightgbm:', '  prophet:') }, 'read', /flavor prophet/],
    ['an example without a column', example('{"dataframe_split": {"columns": ["a"], "data": [[1]]}}'), 'example', /missing inputs \['b'\]/],
    ['an example that is none', example('[]'), 'example', /Received a list/],
  ]
  for (const [what, files, step, message] of cases) {
    await assert.rejects(loadModel(folderOf(t, files), { client: undefined }), refusedAt(step, message), what)
  }
  assert.deepEqual(copies(), [])
})

test('addresses that name no model, and links in a folder, are refused', async (t) => {
  const load = (uri: string) => loadModel(uri, { client: undefined })
  for (const uri of ['models:/churn', 'models:/churn/latest', 'https://elsewhere.example/model', 'gs://bucket/model', '/nowhere/at/all']) {
    await assert.rejects(load(uri), refusedAt('find', /./), uri)
  }
  await assert.rejects(load('models:/churn/3'), refusedAt('find', /--tracking-uri/))
  const folder = folderOf(t, loggedFiles())
  symlinkSync('/etc/hostname', join(folder, 'link'))
  await assert.rejects(load(folder), refusedAt('fetch', /link is a link/))
})

test('RC-16 a version is served only with the very bytes on record, all of them, and a clean verdict', async () => {
  const whole = loggedFiles()
  const serve = (registry: Partial<Registry>) =>
    loadModel('models:/steps/3', { client: clientOf({ files: whole, recorded: whole, ...registry }) })
  const model = await serve({})
  assert.deepEqual([model.name, model.version, [...(await predict(model, ROWS)).values]], ['steps', '3', [1, 2]])
  const changed = { ...whole, 'model.lgb': String(whole['model.lgb']).replace('leaf_value=1 2', 'leaf_value=1 3') }
  await assert.rejects(serve({ files: changed }), refusedAt('digests', /model\.lgb has the SHA-256 .* was changed after it was registered/))
  for (const scan of ['malicious', 'suspicious', 'not_looked_at'])
    await assert.rejects(serve({ scan }), refusedAt('scan', /registry's scan/))
  // The registry has no verdict: the files are scanned here.
  assert.equal((await serve({ scan: undefined })).version, '3')
  const evil = { ...whole, 'x.bin': "cos\nsystem\n(S'true'\ntR." }
  await assert.rejects(serve({ scan: undefined, files: evil, recorded: evil }), refusedAt('scan', /malicious: x\.bin/))
  await assert.rejects(serve({ recorded: undefined }), refusedAt('digests', /has no manifest/))
  await assert.rejects(serve({ status: 'FAILED_REGISTRATION' }), refusedAt('find', /FAILED_REGISTRATION/))
  assert.deepEqual(copies(), [])
})

test('RC-11 names that lead out of the folder are refused before anything is written', async () => {
  for (const path of ['../evil', '/etc/evil', 'a/../../evil', 'a\\..\\evil', './evil', 'a//evil']) {
    const files = { ...loggedFiles(), [path]: 'x' }
    const load = loadModel('models:/steps/3', { client: clientOf({ files, recorded: files }) })
    await assert.rejects(load, refusedAt('fetch', /no path inside a model/), path)
  }
  assert.deepEqual(copies(), [])
})

test('an alias is followed to versions that can be served, and stays where it is otherwise', async () => {
  const whole = loggedFiles()
  const registry: Registry = { files: whole, recorded: whole, scan: 'clean', version: '3' }
  const client = clientOf(registry)
  const models = new Models()
  const first = await loadModel('models:/steps@champion', { client })
  models.put(first)
  const told: string[] = []
  const watch = new Watch(client, models, { kind: 'alias', name: 'steps', alias: 'champion' }, first, {
    onSwitch: (before, after) => told.push(`${before.version} to ${after.version}`),
    onRefusal: (error) => told.push((error as Refused).step),
    onRollout: (sentence) => told.push(sentence),
  })
  await watch.look()
  registry.version = '4'
  registry.scan = 'malicious'
  await watch.look()
  await watch.look()
  assert.equal(models.find('steps')?.version, '3')
  registry.version = '5'
  registry.scan = 'clean'
  await watch.look()
  assert.deepEqual([models.find('steps')?.version, models.versionsOf('steps')], ['5', ['5']])
  // What was refused is not fetched again each time; a new version is.
  assert.deepEqual(told, ['scan', '3 to 5'])
})

const copies = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('millrace-model-'))
