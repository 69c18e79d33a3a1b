import { write } from '../../../http/endpoint.ts'
import { object } from '../../../http/schema.ts'
import { removeNamedGrant } from '../named-grants.ts'
import { accountNamed, ExperimentId, managerOf, notGranted, Username } from '../permission.ts'

export const deleteExperimentPermission = write({
  route: 'DELETE /api/2.0/mlflow/experiments/permissions/delete',
  summary: 'Take back what a user was granted on an experiment',
  access: managerOf.experiment,
  input: object({ experiment_id: ExperimentId, username: Username }),
  output: object({}),
  async handler(tx, { experiment_id, username }) {
    const user_id = await accountNamed(tx, username)
    const removed = await removeNamedGrant(tx, user_id, 'experiment', experiment_id)
    if (!removed) throw notGranted('experiment', experiment_id, username)
    return {}
  },
})
