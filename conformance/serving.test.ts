import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { MillraceClient } from '@millrace/client'
import { runModels } from './models-serve.ts'
import { runPython } from './python.ts'
import { type StartedServer, startMillrace } from './server.ts'

type Told = { rows: { columns: string[]; data: number[][] }; forest: string[]; line: number[]; pickled: number }

let server: StartedServer
let told: Told

before(
  async () => {
    server = await startMillrace()
    const script = new URL('clients/serve_models.py', import.meta.url).pathname
    const output = await runPython(script, [], { MLFLOW_TRACKING_URI: server.url })
    told = JSON.parse(/^TOLD (.*)$/m.exec(output)?.[1] ?? '')
  },
  { timeout: 900_000 },
)

after(async () => {
  assert.equal(await server.stop(), 0)
})

const models = (args: readonly string[]) => runModels([...args, '--tracking-uri', server.url])

async function invoke(url: string, body: unknown): Promise<{ status: number; predictions: unknown[] }> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return { status: answer.status, predictions: ((await answer.json()) as { predictions: unknown[] }).predictions }
}

test('what MLflow logged and registered is served as Python predicts it', { timeout: 300_000 }, async () => {
  const serving = await models(['serve', '-m', 'models:/churn/2', '--port', '0'])
  try {
    assert.notEqual(serving.url, '', serving.said())
    const { predictions } = await invoke(`${serving.url}/invocations`, { dataframe_split: told.rows })
    assert.deepEqual(predictions, told.line)
    const data = told.rows.columns.map((name, at) => ({
      name,
      shape: [told.rows.data.length],
      datatype: name === 'visits' ? 'INT64' : 'FP64',
      data: told.rows.data.map((row) => row[at]),
    }))
    const v2 = await fetch(`${serving.url}/v2/models/churn/infer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inputs: data }),
    })
    const { outputs } = (await v2.json()) as { outputs: { datatype: string; data: number[] }[] }
    assert.deepEqual([outputs[0]?.datatype, outputs[0]?.data], ['INT64', told.line])
  } finally {
    assert.equal(await serving.stop(), 0)
  }
})

test('an alias that moves is followed, and no request fails meanwhile', { timeout: 300_000 }, async () => {
  const serving = await models(['serve', '-m', 'models:/churn@champion', '--port', '0', '--poll-seconds', '1'])
  try {
    assert.notEqual(serving.url, '', serving.said())
    const ask = () => invoke(`${serving.url}/invocations`, { dataframe_split: told.rows })
    assert.deepEqual((await ask()).predictions, told.forest)
    const client = new MillraceClient({ url: server.url })
    await client.registeredModels.setAlias({ name: 'churn', alias: 'champion', version: '2' })
    let [asked, is_switched] = [0, false]
    for (const deadline = Date.now() + 120_000; !is_switched && Date.now() < deadline; asked++) {
      const { status, predictions } = await ask()
      assert.equal(status, 200)
      is_switched = typeof predictions[0] === 'number'
      assert.deepEqual(predictions, is_switched ? told.line : told.forest)
    }
    assert.ok(is_switched, `${asked} requests were answered, none by the new version:\n${serving.said()}`)
    // The third is a pickle: it is refused, and what serves stays.
    await client.registeredModels.setAlias({ name: 'churn', alias: 'champion', version: '3' })
    for (const deadline = Date.now() + 120_000; !/not followed/.test(serving.said()) && Date.now() < deadline; ) {
      await new Promise((done) => setTimeout(done, 100))
    }
    assert.match(serving.said(), /An alias is not followed, what serves stays/)
    assert.deepEqual((await ask()).predictions, told.line)
  } finally {
    assert.equal(await serving.stop(), 0)
  }
})

test('rows of a file are predicted, and a pickle is refused at the start', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-serving-'))
  try {
    const [input, output] = [join(folder, 'rows.csv'), join(folder, 'predictions.csv')]
    writeFileSync(input, [told.rows.columns, ...told.rows.data].map((row) => row.join(',')).join('\n'))
    const batch = await models(['predict', '-m', 'models:/churn/1', '-i', input, '-o', output])
    assert.match(batch.said(), /200 rows predicted with churn 1/)
    assert.deepEqual(readFileSync(output, 'utf8').trim().split('\n'), ['prediction', ...told.forest])
    const pickled = await models(['serve', '-m', 'models:/churn/3', '--port', '0'])
    assert.equal(pickled.url, '')
    assert.match(pickled.said(), /Not served, at the step "(scan|read)"/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
