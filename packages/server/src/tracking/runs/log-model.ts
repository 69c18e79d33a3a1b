import { command, query } from '../../db/handles.ts'
import { write } from '../../http/endpoint.ts'
import { invalid } from '../../http/errors.ts'
import { object, string } from '../../http/schema.ts'
import { findKey } from '../entity-keys.ts'
import { RunId } from './run.ts'
import { activeRun } from './run-store.ts'
import { setTags } from './tag-store.ts'

/** The tag in which clients before MLflow 3 look for the models of a run. */
export const HISTORY_TAG = 'mlflow.log-model.history'
const HISTORY_MAX = 2 ** 20
const MODEL_JSON_MAX = 2 ** 22
const MANDATORY = ['artifact_path', 'flavors', 'utc_time_created', 'run_id']
const KEPT = ['run_id', 'utc_time_created', 'artifact_path', 'model_uuid']

// Taking the run's row makes those who add to one history wait for each other: it is read, then written.
const TAKE = command('update run set name = name where run_id = ?')
const TAG = query<{ value: string }>('select value from tag where run = ? and key = ?')

/** Adds a model's description to a run's history of models. The description is text: no model is looked for. */
export const logModel = write({
  route: 'POST /api/2.0/mlflow/runs/log-model',
  summary: 'Record that a run logged a model, as clients before MLflow 3 do',
  access: { permission: 'edit', on: ({ run_id }) => ({ run: run_id }) },
  input: object({ run_id: RunId, model_json: string({ min: 1, max: MODEL_JSON_MAX }) }),
  output: object({}),
  body_max_bytes: 2 * MODEL_JSON_MAX,
  async handler(tx, { run_id, model_json }) {
    const model = described(model_json)
    await tx.run(TAKE, run_id)
    const run = await activeRun(tx, run_id)
    const key = await findKey(tx, HISTORY_TAG)
    const known = key === undefined ? undefined : await tx.get(TAG, run.id, key)
    const value = JSON.stringify([...historyOf(known?.value), model])
    if (value.length > HISTORY_MAX) throw invalid(`The tag '${HISTORY_TAG}' of run ${run_id} is full: log further models in another run.`)
    await setTags(tx, run, [{ key: HISTORY_TAG, value }])
    return {}
  },
})

function described(model_json: string): Record<string, unknown> {
  const model = parsed(model_json)
  if (!isFields(model)) throw invalid('Malformed model info: model_json is not a valid JSON object.')
  const missing = MANDATORY.filter((field) => !Object.hasOwn(model, field))
  if (missing.length > 0) throw invalid(`Model json is missing mandatory fields: ${missing.join(', ')}.`)
  const kept = Object.fromEntries(KEPT.filter((field) => Object.hasOwn(model, field)).map((field) => [field, model[field]]))
  const flavors = isFields(model.flavors) ? model.flavors : {}
  const bare = Object.entries(flavors).map(([name, flavor]) => [name, isFields(flavor) ? withoutConfig(flavor) : flavor])
  return { ...kept, flavors: Object.fromEntries(bare) }
}

// A flavor's configuration may be long, and may hold what is nobody else's business.
function withoutConfig({ config: _, ...flavor }: Record<string, unknown>): Record<string, unknown> {
  return flavor
}

const isFields = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The history so far; a tag that a client set to something else is begun anew. */
function historyOf(text: string | undefined): unknown[] {
  const history = text === undefined ? [] : parsed(text)
  return Array.isArray(history) ? history : []
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
