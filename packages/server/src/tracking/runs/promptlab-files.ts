import { incomingBytes, type Place } from '../../artifacts/index.ts'
import type { KeyValue } from './run.ts'

/** What somebody tried in the prompt lab of MLflow's page, and what came out of it. */
export type PromptTrial = {
  readonly prompt_template: string
  readonly prompt_parameters: readonly KeyValue[]
  readonly model_route: string
  readonly model_parameters: readonly KeyValue[]
  readonly model_input: string
  readonly model_output: string
  readonly model_output_parameters: readonly KeyValue[]
}

/** The model that a trial is kept as: which run it is of, and when it was made. */
export type PromptModel = {
  readonly run_id: string
  readonly model_uuid: string
  readonly made_ms: number
  readonly mlflow_version: string
}

export const RESULTS_FILE = 'eval_results_table.json'
const MODEL_FOLDER = 'model'
const PYTHON = '3.11'

/** How MLflow's clients load the model: by a class of their own, which asks the route for an answer. It has no code in it. */
const FLAVOR = {
  loader_module: 'mlflow.prompt.promptlab_model',
  parameters_path: 'parameters.yaml',
  env: { conda: 'conda.yaml', virtualenv: 'python_env.yaml' },
}

/** What the run's history of models says of it, for clients before MLflow 3. */
export function describedModel({ run_id, model_uuid, made_ms }: PromptModel): object {
  return { run_id, artifact_path: MODEL_FOLDER, utc_time_created: pythonTime(made_ms), model_uuid, flavors: { python_function: FLAVOR } }
}

/** The files of a trial: a model that MLflow's clients can load, and its result as a table that MLflow's page shows. */
export function promptlabFiles(trial: PromptTrial, model: PromptModel): ReadonlyMap<string, string> {
  const example = { inputs: trial.prompt_parameters.map(({ value }) => value) }
  const requirement = `mlflow[gateway]==${model.mlflow_version}`
  const parameters = {
    prompt_template: trial.prompt_template,
    prompt_parameters: valuesOf(trial.prompt_parameters),
    model_parameters: valuesOf(trial.model_parameters),
    model_route: trial.model_route,
  }
  const environment = { name: 'mlflow-env', channels: ['conda-forge'], dependencies: [`python=${PYTHON}`, 'pip', { pip: [requirement] }] }
  return new Map([
    [RESULTS_FILE, JSON.stringify(resultsTable(trial))],
    [`${MODEL_FOLDER}/MLmodel`, yaml(mlmodel(trial, model))],
    [`${MODEL_FOLDER}/parameters.yaml`, yaml(parameters)],
    [`${MODEL_FOLDER}/input_example.json`, JSON.stringify(example)],
    [`${MODEL_FOLDER}/serving_input_example.json`, JSON.stringify({ inputs: example })],
    [`${MODEL_FOLDER}/requirements.txt`, `${requirement}\n`],
    [`${MODEL_FOLDER}/python_env.yaml`, yaml({ python: PYTHON, build_dependencies: ['pip'], dependencies: ['-r requirements.txt'] })],
    [`${MODEL_FOLDER}/conda.yaml`, yaml(environment)],
  ])
}

/** Writes the files to their place. After a failure some of them may be there. */
export async function writeFiles({ store, folder }: Place, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of files) {
    await store.write([...folder, ...path.split('/')], incomingBytes(Buffer.from(text)))
  }
}

function mlmodel(trial: PromptTrial, model: PromptModel): object {
  const columns = (names: readonly string[]): string => JSON.stringify(names.map((name) => ({ type: 'string', name, required: true })))
  return {
    ...describedModel(model),
    mlflow_version: model.mlflow_version,
    saved_input_example_info: {
      artifact_path: 'input_example.json',
      serving_input_path: 'serving_input_example.json',
      type: 'json_object',
    },
    signature: { inputs: columns(trial.prompt_parameters.map(({ key }) => key)), outputs: columns(['output']), params: null },
  }
}

function resultsTable({ prompt_parameters, model_input, model_output, model_output_parameters }: PromptTrial): object {
  const cells = [
    ...prompt_parameters,
    { key: 'prompt', value: model_input },
    { key: 'output', value: model_output },
    ...model_output_parameters,
  ]
  return { columns: cells.map(({ key }) => key), data: [cells.map(({ value }) => value)] }
}

// `Object.fromEntries` makes own fields of every name, `__proto__` too.
const valuesOf = (list: readonly KeyValue[]): object => Object.fromEntries(list.map(({ key, value }) => [key, value]))

const pythonTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, -1).replace('T', ' ')}000`

// YAML takes these only escaped.
const NOT_IN_YAML = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g

/** JSON is YAML, but for a few characters that must be escaped there: no text can become a tag, an anchor or another type. */
function yaml(value: object): string {
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `${JSON.stringify(value, null, 2).replace(NOT_IN_YAML, escaped)}\n`
}
