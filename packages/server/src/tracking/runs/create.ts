import { write } from '../../http/endpoint.ts'
import { invalid } from '../../http/errors.ts'
import { array, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { activeExperiment } from '../experiments/index.ts'
import { KEY_MAX, type KeyValue, RUN_NAME_MAX, RUN_NAME_TAG, Run, TAG_VALUE_MAX, USER_TAG } from './run.ts'
import { generatedRunName } from './run-name.ts'
import { runToWire } from './run-reader.ts'
import { insertRun } from './run-store.ts'
import { setTags } from './tag-store.ts'
import { truncated } from './truncated.ts'

const TAGS_MAX = 1_000
const DEFAULT_EXPERIMENT = '0'

// Looser than runs/set-tag, as in MLflow: a run may start with tags whose keys hold any character.
const FirstTag = object({ key: string({ min: 1, max: KEY_MAX }), value: withDefault(truncated(TAG_VALUE_MAX), '') })
/** The tags that a run starts with. */
export const firstTags = withDefault(array(FirstTag, { max: TAGS_MAX }), [])

/** Starts a run. One that is given no name gets one. */
export const createRun = write({
  route: 'POST /api/2.0/mlflow/runs/create',
  summary: 'Start a run',
  access: { permission: 'edit', on: ({ experiment_id }) => ({ experiment: experiment_id }) },
  input: object({
    experiment_id: withDefault(string({ min: 1 }), DEFAULT_EXPERIMENT),
    user_id: withDefault(string({ max: KEY_MAX }), ''),
    run_name: optional(string({ max: RUN_NAME_MAX })),
    start_time: optional(int64({ description: 'Milliseconds since 1970; now, when left out' })),
    tags: firstTags,
  }),
  output: object({ run: Run }),
  async handler(tx, input, { now_ms, user }) {
    const experiment = await activeExperiment(tx, input.experiment_id)
    const name = nameOf(input.run_name, input.tags)
    const tags = [...input.tags.filter((tag) => tag.key !== RUN_NAME_TAG), { key: RUN_NAME_TAG, value: name }]
    const run = await insertRun(tx, {
      experiment: experiment.id,
      name,
      // Who is signed in is who started it, whatever the request says (security case AZ-19).
      user_id: user || input.user_id,
      start_ms: input.start_time ?? now_ms,
    })
    await setTags(tx, run, user === '' ? tags : tags.map((tag) => (tag.key === USER_TAG ? { key: USER_TAG, value: user } : tag)))
    return { run: await runToWire(tx, run) }
  },
})

/** The name that a new run gets. @throws ApiError INVALID_PARAMETER_VALUE when it is given two */
export function nameOf(run_name: string | undefined, tags: readonly KeyValue[]): string {
  const tag = tags.findLast(({ key }) => key === RUN_NAME_TAG)?.value
  if (run_name && tag && run_name !== tag) {
    throw invalid(`Both 'run_name' and the tag '${RUN_NAME_TAG}' are given, with different values ('${run_name}' and '${tag}'): send one.`)
  }
  return run_name || tag || generatedRunName()
}
