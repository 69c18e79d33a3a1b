import { type MillraceClient, registerPrompt, startTrace } from '../../packages/client/src/index.ts'
import { onnxModel } from '../../tools/corpus/onnx-model.ts'
import { anAudit, anInventory } from './fill-kept.ts'
import { HOSTILE } from './hostile.ts'

const RUNS = 12
const POINTS = 60

export type Filled = {
  readonly experiment_id: string
  readonly empty_id: string
  readonly run_ids: readonly string[]
  readonly model: string
  readonly trace_id: string
  /** Two audits of one thing, the second with findings that are new. */
  readonly audit_ids: readonly string[]
  /** Of the first run. */
  readonly logged_model: string
}

/** A server with something on every page, and hostile text in every name, tag, note, file and span. */
export async function fill(client: MillraceClient): Promise<Filled> {
  const { experiment_id } = await client.experiments.create({ name: `shop ${HOSTILE}` })
  const { experiment_id: empty_id } = await client.experiments.create({ name: 'empty' })
  await client.experiments.setExperimentTag({
    experiment_id,
    key: 'mlflow.note.content',
    value: `# Note\n\n${HOSTILE}\n\n[link](https://example.com)`,
  })
  const run_ids: string[] = []
  for (let at = 0; at < RUNS; at++) run_ids.push(await aRun(client, experiment_id, at, run_ids[0]))
  await artifacts(client, run_ids[0] as string)
  const logged_model = await inAndOut(client, experiment_id, run_ids[0] as string)
  const model = 'shop-model'
  await client.registeredModels.create({ name: model, description: HOSTILE, tags: [{ key: 'owner', value: HOSTILE }] })
  const version = { name: model, source: `runs:/${run_ids[0]}/model`, run_id: run_ids[0], description: HOSTILE }
  await client.modelVersions.create(version)
  await client.registeredModels.setAlias({ name: model, alias: 'newest', version: '1' })
  for (const template of [`Hello {{ name }} ${HOSTILE}`, 'Dear {{ name }},\nwelcome'])
    await registerPrompt(client, { name: 'greeting', template })
  await anInventory(client, `laptops ${HOSTILE}`, 50)
  const audit_ids = [await anAudit(client, HOSTILE, 2), await anAudit(client, HOSTILE, 50)]
  return { audit_ids, experiment_id, empty_id, run_ids, model, logged_model, trace_id: await aTrace(client, experiment_id) }
}

async function aRun(client: MillraceClient, experiment_id: string, at: number, parent: string | undefined): Promise<string> {
  const tags = [
    { key: 'team', value: HOSTILE },
    { key: 'mlflow.note.content', value: HOSTILE },
    { key: 'mlflow.source.git.commit', value: 'a'.repeat(40) },
    { key: 'mlflow.source.git.repoURL', value: at === 0 ? 'javascript:window.ran=1' : 'https://github.com/shop/models.git' },
    ...(at === 3 && parent ? [{ key: 'mlflow.parentRunId', value: parent }] : []),
  ]
  const start_time = 1_700_000_000_000 - at * 60_000
  const created = await client.runs.create({ experiment_id, run_name: at % 4 === 1 ? HOSTILE : `run ${at}`, start_time, tags })
  const { run_id } = created.run.info
  const metrics = Array.from({ length: POINTS }, (_, step) => ({
    key: 'loss',
    value: at / 10 + 1 / (step + 1),
    timestamp: start_time + step * 1_000,
    step,
  }))
  const others = ['val/accuracy', 'system/cpu', 'a metric with blanks'].map((key) => ({
    key,
    value: at / 20,
    timestamp: start_time,
    step: 0,
  }))
  const params = [
    { key: 'lr', value: String(0.1 / (at + 1)) },
    { key: 'words', value: HOSTILE },
  ]
  await client.runs.logBatch({ run_id, metrics: [...metrics, ...others], params })
  await client.runs.update({ run_id, status: at % 5 === 4 ? 'FAILED' : 'FINISHED', end_time: start_time + 90_000 })
  return run_id
}

// A tenth of a second of silence: 8 bits, 8,000 a second.
const WAV = `RIFF\x44\x03\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x20\x03\0\0${'@'.repeat(800)}`

async function artifacts(client: MillraceClient, run_id: string): Promise<void> {
  const files: Record<string, string | Uint8Array<ArrayBuffer>> = {
    'notes.txt': HOSTILE,
    // What it tries further is the matter of previews.test.ts: what a browser refuses, it complains about.
    'page.html': '<h1>A page</h1><script>window.ran=1</script>',
    'graph.onnx': onnxModel({ title: HOSTILE }),
    'table.csv': `name,value\n"${HOSTILE.replaceAll('"', '""')}",1\nplain,2`,
    'data.json': JSON.stringify({ columns: ['a', HOSTILE], data: [[1, HOSTILE]] }),
    'drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>window.ran=1</script></svg>',
    'work.ipynb': JSON.stringify({
      cells: [
        { cell_type: 'markdown', source: [`# ${HOSTILE}`] },
        { cell_type: 'code', source: 'print(1)', outputs: [{ data: { 'text/html': HOSTILE, 'text/plain': [HOSTILE] } }] },
      ],
    }),
    'sound.wav': WAV,
    'model/MLmodel': 'flavors: {}',
    'hostile/MLmodel': `flavors: {}\nnote: !!js/function 'function () { window.ran = 1 }'\ntext: '${HOSTILE}'\n`,
  }
  for (const [path, held] of Object.entries(files))
    await client.uploadArtifact({ run_id }, path, typeof held === 'string' ? new TextEncoder().encode(held) : held)
}

/** What a run read, and the model that it made. */
async function inAndOut(client: MillraceClient, experiment_id: string, run_id: string): Promise<string> {
  const schema = JSON.stringify({ mlflow_colspec: [{ name: HOSTILE, type: 'double', required: true }] })
  const dataset = { name: `customers ${HOSTILE}`, digest: '5f2a', source_type: 'local', source: HOSTILE, schema, profile: HOSTILE }
  await client.runs.logInputs({ run_id, datasets: [{ tags: [{ key: 'mlflow.data.context', value: 'training' }], dataset }] })
  const made = await client.call('POST /api/2.0/mlflow/logged-models', {
    experiment_id,
    name: 'classifier',
    source_run_id: run_id,
    params: [{ key: 'layers', value: HOSTILE }],
  })
  const { model_id } = made.model.info
  await client.uploadArtifact({ model_id }, 'model.onnx', onnxModel())
  await client.uploadArtifact({ model_id }, 'MLmodel', new TextEncoder().encode('flavors: {}'))
  await client.call('PATCH /api/2.0/mlflow/logged-models/{model_id}', { model_id, status: 'LOGGED_MODEL_READY' })
  await client.runs.outputs({ run_id, models: [{ model_id, step: 0 }] })
  return model_id
}

async function aTrace(client: MillraceClient, experiment_id: string): Promise<string> {
  const trace = startTrace(client, { name: 'answer', experiment_id, inputs: { question: HOSTILE } })
  trace.root.startSpan(HOSTILE, { span_type: 'LLM', inputs: HOSTILE }).end({ outputs: HOSTILE })
  trace.root.startSpan('tool').end({ error: new Error(HOSTILE) })
  await trace.end({ outputs: { answer: HOSTILE } })
  return trace.trace_id
}
