// `npm run guide`: makes the pictures of docs/guide anew, from a server that it fills and stops again.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { startChromium } from '../conformance/browser.ts'
import { startMillrace } from '../conformance/server.ts'
import { MillraceClient, registerPrompt, startTrace } from '../packages/client/src/index.ts'
import { onnxModel } from './corpus/onnx-model.ts'
import { buildWeb } from './web.ts'

const folder = new URL('../docs/guide', import.meta.url).pathname
const RUNS = 24
const POINTS = 200
const STEP_MS = 30_000
const text = (content: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(content)
// A file as a library of charts writes it: it draws itself by its own script.
const DRAWING = `<!doctype html><title>Recall</title><style>body { font: 14px sans-serif } rect { fill: #0f5c6e }</style>
<h3>Recall by month</h3><svg width="520" height="180" id="bars"></svg><script>
const months = [0.61, 0.66, 0.64, 0.7, 0.73, 0.72, 0.77, 0.79, 0.81]
document.getElementById('bars').innerHTML = months
  .map((recall, at) => '<rect width="44" x="' + at * 56 + '" y="' + (180 - recall * 200) + '" height="' + recall * 200 + '"/>')
  .join('')
</script>`
const MODELS = ['gradient boosting', 'random forest', 'logistic regression']

/** An experiment as somebody's could be: values follow from the number of the run, so that the pictures stay alike. */
async function fill(client: MillraceClient): Promise<{ experiment_id: string; run_ids: string[] }> {
  const { experiment_id } = await client.experiments.create({ name: 'Churn of subscribers' })
  const content = 'Who is about to leave? **Goal:** a recall of 0.8 at a precision of 0.6.'
  await client.experiments.setExperimentTag({ experiment_id, key: 'mlflow.note.content', value: content })
  const run_ids: string[] = []
  for (let at = 0; at < RUNS; at++) {
    const start_time = Date.now() - (POINTS + (RUNS - at) * 60) * STEP_MS
    const model = MODELS[at % MODELS.length] as string
    const { run } = await client.runs.create({ experiment_id, run_name: `${model} ${at + 1}`, start_time, user_id: 'ada' })
    const { run_id } = run.info
    run_ids.push(run_id)
    const rate = [0.3, 0.1, 0.03][Math.floor(at / 3) % 3] as number
    const metrics = Array.from({ length: POINTS }, (_, step) => {
      const loss = 0.25 + (at % 3) * 0.05 + Math.exp((-step * rate) / 8) * 0.6 + Math.sin(step * (at + 3)) * 0.008
      const point = { timestamp: start_time + step * STEP_MS, step }
      return [
        { key: 'loss', value: loss, ...point },
        { key: 'recall', value: 1 - loss * 0.7, ...point },
      ]
    }).flat()
    const params = [
      { key: 'model', value: model },
      { key: 'learning_rate', value: String(rate) },
      { key: 'depth', value: String(3 + (at % 5)) },
    ]
    await client.runs.logBatch({ run_id, metrics, params, tags: [{ key: 'team', value: 'growth' }] })
    await client.runs.update({ run_id, status: at === 7 ? 'FAILED' : 'FINISHED', end_time: start_time + POINTS * STEP_MS })
  }
  const best = run_ids.at(-1) as string
  await client.uploadArtifact({ run_id: best }, 'model/MLmodel', text('flavors: {}\n'))
  await client.uploadArtifact({ run_id: best }, 'recall.html', text(DRAWING))
  await client.registeredModels.create({ name: 'churn', description: 'Says who is about to leave.' })
  await client.modelVersions.create({ name: 'churn', source: `runs:/${best}/model`, run_id: best })
  await client.registeredModels.setAlias({ name: 'churn', alias: 'champion', version: '1' })
  await registerPrompt(client, { name: 'answer', template: 'Answer {{ question }} in one sentence.' })
  return { experiment_id, run_ids }
}

/** What a run read, and the network that it made. */
async function inAndOut(client: MillraceClient, experiment_id: string, run_id: string): Promise<string> {
  const columns = ['months', 'bill', 'calls'].map((name) => ({ name, type: 'double', required: true }))
  const dataset = { name: 'subscribers', digest: '9f31c02a', source_type: 's3', source: 's3://warehouse/subscribers.parquet' }
  const schema = JSON.stringify({ mlflow_colspec: columns })
  const tags = [{ key: 'mlflow.data.context', value: 'training' }]
  await client.runs.logInputs({ run_id, datasets: [{ tags, dataset: { ...dataset, schema } }] })
  const { model } = await client.call('POST /api/2.0/mlflow/logged-models', { experiment_id, name: 'network', source_run_id: run_id })
  const { model_id } = model.info
  await client.uploadArtifact({ model_id }, 'network.onnx', onnxModel())
  await client.call('PATCH /api/2.0/mlflow/logged-models/{model_id}', { model_id, status: 'LOGGED_MODEL_READY' })
  await client.runs.outputs({ run_id, models: [{ model_id, step: 0 }] })
  return model_id
}

/** Has the registry audited, and waits for what comes out. */
async function anAudit(client: MillraceClient): Promise<string> {
  const { audit_id } = (await client.call('POST /api/2.0/millrace/audits/run', {})).audit
  for (;;) {
    const { audit } = await client.call('GET /api/2.0/millrace/audits/{audit_id}', { audit_id })
    if (audit.state !== 'waiting' && audit.state !== 'running') return audit_id
    await new Promise((done) => setTimeout(done, 200))
  }
}

async function aTrace(client: MillraceClient, experiment_id: string): Promise<string> {
  const trace = startTrace(client, { name: 'answer a question', experiment_id, inputs: { question: 'Why did the bill grow?' } })
  const search = trace.root.startSpan('find documents', { span_type: 'RETRIEVER', inputs: { query: 'bill grew' } })
  await new Promise((done) => setTimeout(done, 60))
  search.end({ outputs: ['tariffs.md', 'billing.md'] })
  const model = trace.root.startSpan('language model', { span_type: 'CHAT_MODEL', inputs: { documents: 2 } })
  await new Promise((done) => setTimeout(done, 140))
  model.end({ outputs: 'The tariff changed in May.' })
  await trace.end({ outputs: { answer: 'The tariff changed in May.' } })
  return trace.trace_id
}

/** A workspace's experiments, on a server that has more of them. */
async function takeWorkspaces(page: Page): Promise<void> {
  const server = await startMillrace(['--enable-workspaces'])
  try {
    const everybody = new MillraceClient({ url: server.url })
    for (const name of ['fraud', 'growth']) await everybody.workspaces.create({ name })
    const team = new MillraceClient({ url: server.url, workspace: 'growth' })
    for (const name of ['Prices', 'Recommendations', 'Churn of subscribers']) {
      const { experiment_id } = await team.experiments.create({ name })
      await team.runs.create({ experiment_id, start_time: Date.now() })
    }
    await take(page, `${server.url}/#/experiments?workspace=growth`, 'workspaces', /Recommendations/)
  } finally {
    await server.stop()
  }
}

async function take(page: Page, url: string, name: string, text: RegExp, act?: () => Promise<void>): Promise<void> {
  await page.goto(url)
  await page.getByText(text).first().waitFor()
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' })
  await act?.()
  await page.waitForTimeout(500)
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

buildWeb()
mkdirSync(folder, { recursive: true })
const server = await startMillrace()
const browser = await startChromium()
try {
  const client = new MillraceClient({ url: server.url })
  const { experiment_id, run_ids } = await fill(client)
  const trace_id = await aTrace(client, experiment_id)
  const best = run_ids.at(-1) as string
  const model_id = await inAndOut(client, experiment_id, best)
  const audit_id = await anAudit(client)
  const page = await (await browser.newContext({ viewport: { width: 1120, height: 700 }, colorScheme: 'light' })).newPage()
  const experiment = `${server.url}/#/experiments/${experiment_id}`
  await take(page, experiment, 'runs', /24 runs/, async () => {
    for (const place of [0, 2, 5]) await page.locator('.grid .row input').nth(place).check()
  })
  await take(page, `${experiment}?tab=charts&smooth=0.4`, 'charts', /recall/)
  await take(page, `${server.url}/#/compare?runs=${run_ids.slice(0, 3).join(',')}`, 'compare', /side by side/)
  await take(page, `${experiment}/runs/${run_ids[0]}`, 'run', /Parameters/)
  await take(page, `${experiment}/runs/${best}?tab=lineage`, 'lineage', /Serves as/)
  await take(page, `${experiment}/runs/${best}?tab=models&model=${model_id}&path=network.onnx`, 'onnx', /5 operators/)
  await take(page, `${experiment}/runs/${best}?tab=artifacts&path=recall.html`, 'html', /In a closed frame/)
  await take(page, `${server.url}/#/models/churn/versions/1`, 'version', /not signed/)
  await take(page, `${experiment}/traces/${trace_id}`, 'trace', /Inputs/)
  await take(page, `${server.url}/#/inventory?tab=unregistered`, 'inventory', /network|Logged, never registered/)
  await take(page, `${server.url}/#/audits/${audit_id}`, 'audit', /Findings|finding/)
  await take(page, `${server.url}/#/admin/health`, 'administration', /Database and artifacts/, async () => {
    // The folder of a server that lives for a minute says nothing, and is another one each time.
    await page.getByText(server.dir).evaluateAll((places, dir) => {
      for (const place of places as unknown as { textContent: string }[]) place.textContent = place.textContent.replace(dir, '/srv')
    }, server.dir)
  })
  await takeWorkspaces(page)
} finally {
  await browser.close()
  await server.stop()
}
