import { grantToMaker } from '../../access/grants.ts'
import { locationOfExperiment } from '../../artifacts/index.ts'
import { write } from '../../http/endpoint.ts'
import { ApiError, invalid } from '../../http/errors.ts'
import { array, object, optional, string, withDefault } from '../../http/schema.ts'
import { workspaceOf } from '../../workspaces/index.ts'
import { ExperimentName, NewExperimentTag } from './experiment.ts'
import { insertExperiment } from './experiment-store.ts'

/** Makes an experiment; its artifacts go below the server's artifact root unless another place is named. */
export const createExperiment = write({
  route: 'POST /api/2.0/mlflow/experiments/create',
  summary: 'Create an experiment',
  access: { permission: 'edit', on: () => ({ server: 'experiments' }) },
  input: object({
    name: ExperimentName,
    artifact_location: optional(string({ max: 2048 })),
    tags: withDefault(array(NewExperimentTag, { max: 1000 }), []),
  }),
  output: object({ experiment_id: string() }),
  async handler(tx, input, { now_ms, settings, caller }) {
    if (input.artifact_location && settings.workspaces) throw placeIsTheWorkspaces()
    if (input.artifact_location && !caller.is_admin) throw placeIsNotYours()
    const own = settings.workspaces ? await workspaceOf(tx, caller.workspace) : undefined
    const locate = (experiment_id: string): string => locationOfExperiment(settings, experiment_id, input.artifact_location, own)
    const experiment_id = await insertExperiment(tx, input.name, input.tags, now_ms, locate)
    await grantToMaker(tx, caller, 'experiment', Number(experiment_id))
    return { experiment_id }
  },
})

const placeIsTheWorkspaces = (): ApiError =>
  invalid('artifact_location cannot be specified when workspaces are enabled: it follows from the workspace. Leave it out.')

/** Two experiments in one folder would be two answers to who may read it, and whoever may delete the one could delete the other's files. */
const placeIsNotYours = (): ApiError =>
  new ApiError(
    'PERMISSION_DENIED',
    'Where users sign in, only an administrator names an artifact_location: leave it out, and the experiment gets a folder of its own.',
  )
