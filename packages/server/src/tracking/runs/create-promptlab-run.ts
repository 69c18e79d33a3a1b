import { randomUUID } from 'node:crypto'
import { artifactStores } from '../../artifacts/index.ts'
import { stream } from '../../http/endpoint.ts'
import { invalid } from '../../http/errors.ts'
import { array, type Field, int64, object, optional, type Schema, string, withDefault } from '../../http/schema.ts'
import { activeExperiment, activeExperimentKey, artifactLocations } from '../experiments/index.ts'
import { firstTags, nameOf } from './create.ts'
import { HISTORY_TAG } from './log-model.ts'
import { insertParams } from './param-store.ts'
import { describedModel, promptlabFiles, RESULTS_FILE, writeFiles } from './promptlab-files.ts'
import { KEY_MAX, type KeyValue, PARAM_VALUE_MAX, paramFields, RUN_NAME_MAX, RUN_NAME_TAG, Run, USER_TAG } from './run.ts'
import { runToWire } from './run-reader.ts'
import { artifactUri, insertRun, newRunId, updateRun } from './run-store.ts'
import { setTags } from './tag-store.ts'
import { truncated } from './truncated.ts'

const PAIRS_MAX = 100

/** A field whose lack is told in the sentence that MLflow's page knows. Fields are looked at in their order. */
function demanded<T extends string | readonly unknown[]>(name: string, field: Schema<T>): Field<T> {
  const refuse = (): never => {
    throw invalid(`CreatePromptlabRun request must specify ${name}.`)
  }
  return {
    ...field,
    decode(raw) {
      const value = raw === null ? refuse() : field.decode(raw)
      return value.length === 0 ? refuse() : value
    },
    fallback: refuse,
  }
}

/** MLflow's page sends numbers as they are (a temperature, a count of tokens): they are kept as they print. */
const printed: Schema<string> = {
  ...string(),
  decode: (raw) => (typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : string().decode(raw)),
}
const Pairs = array(object({ key: paramFields.key, value: withDefault(printed, '') }), { max: PAIRS_MAX })

/**
 * Keeps what somebody tried in the prompt lab of MLflow's page as a finished run with a model. Nothing is asked of any model here.
 * The files are written first, below an id that no one knows yet: what has a run has all of its files, and a failure leaves no run.
 */
export const createPromptlabRun = stream({
  route: 'POST /ajax-api/2.0/mlflow/runs/create-promptlab-run',
  summary: 'Keep a trial of a prompt as a finished run',
  access: { permission: 'edit', on: ({ experiment_id }) => ({ experiment: experiment_id }) },
  input: object({
    experiment_id: demanded('experiment_id', string()),
    prompt_template: demanded('prompt_template', string()),
    prompt_parameters: demanded('prompt_parameters', Pairs),
    model_route: demanded('model_route', string()),
    model_input: demanded('model_input', string()),
    mlflow_version: demanded('mlflow_version', string({ description: "The page's own version; the files name the server's" })),
    model_parameters: withDefault(Pairs, []),
    model_output: withDefault(string(), ''),
    model_output_parameters: withDefault(Pairs, []),
    run_name: optional(string({ max: RUN_NAME_MAX })),
    tags: firstTags,
    user_id: withDefault(string({ max: KEY_MAX }), 'unknown'),
    start_time: optional(int64({ description: 'Milliseconds since 1970; now, when left out' })),
  }),
  answers: 'The run, as runs/create answers it',
  takes_body: 'json',
  async handler(trial, { now_ms, user, settings }, exchange) {
    const name = nameOf(trial.run_name, trial.tags)
    const key = await activeExperimentKey(exchange.db, trial.experiment_id)
    const location = (await artifactLocations(exchange.db, [key])).get(key) as string
    const run_id = newRunId()
    const place = artifactStores(settings).at(artifactUri(location, run_id))
    const model = {
      run_id,
      model_uuid: randomUUID().replaceAll('-', ''),
      made_ms: now_ms,
      mlflow_version: settings.version,
    }
    try {
      await writeFiles(place, promptlabFiles(trial, model))
      const run = await exchange.write(async (tx) => {
        const experiment = await activeExperiment(tx, trial.experiment_id)
        const start_ms = trial.start_time ?? now_ms
        const row = await insertRun(tx, { experiment: experiment.id, name, user_id: user || trial.user_id, start_ms }, run_id)
        await insertParams(tx, row, paramsOf(trial))
        await setTags(tx, row, tagsOf(trial.tags, name, user, JSON.stringify([describedModel(model)])))
        return runToWire(tx, await updateRun(tx, run_id, { status: 'FINISHED', end_time: now_ms }))
      })
      return { headers: { 'content-type': 'application/json; charset=utf-8' }, body: `{"run":${Run.encode(run)}}` }
    } catch (error) {
      // The folder above `artifacts` is the run's own. What stands in the way of removing it is a lesser trouble than the first one.
      await place.store.remove(place.folder.slice(0, -1)).catch(() => undefined)
      throw error
    }
  },
})

function paramsOf(trial: { model_parameters: readonly KeyValue[]; model_route: string; prompt_template: string }): KeyValue[] {
  const cut = truncated(PARAM_VALUE_MAX)
  return [
    ...trial.model_parameters,
    { key: 'model_route', value: trial.model_route },
    { key: 'prompt_template', value: trial.prompt_template },
  ].map(({ key, value }) => ({ key, value: cut.decode(value) }))
}

/** The tags by which MLflow's page knows such a run; whatever the request says, they are these. */
function tagsOf(given: readonly KeyValue[], name: string, user: string, history: string): KeyValue[] {
  const own: KeyValue[] = [
    { key: RUN_NAME_TAG, value: name },
    { key: 'mlflow.runSourceType', value: 'PROMPT_ENGINEERING' },
    { key: 'mlflow.loggedArtifacts', value: `[{"path": "${RESULTS_FILE}", "type": "table"}]` },
    { key: HISTORY_TAG, value: history },
  ]
  const keys = new Set(own.map(({ key }) => key))
  const rest = given.filter(({ key }) => !keys.has(key))
  return [...rest.map((tag) => (user !== '' && tag.key === USER_TAG ? { key: USER_TAG, value: user } : tag)), ...own]
}
