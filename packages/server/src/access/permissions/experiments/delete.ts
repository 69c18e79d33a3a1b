import { write } from '../../../http/endpoint.ts'
import { object } from '../../../http/schema.ts'
import { removeGrant } from '../../grants.ts'
import { accountNamed, ExperimentId, notGranted, targetLookedFor, Username } from '../permission.ts'

export const deleteExperimentPermission = write({
  route: 'DELETE /api/2.0/mlflow/experiments/permissions/delete',
  summary: 'Take back what a user was granted on an experiment',
  access: { permission: 'manage', on: ({ experiment_id }) => ({ experiment: experiment_id }) },
  input: object({ experiment_id: ExperimentId, username: Username }),
  output: object({}),
  async handler(tx, { experiment_id, username }) {
    const user_id = await accountNamed(tx, username)
    const removed = await removeGrant(tx, user_id, 'experiment', await targetLookedFor(tx, { experiment: experiment_id }))
    if (!removed) throw notGranted('experiment', experiment_id, username)
    return {}
  },
})
