import { write } from '../../../http/endpoint.ts'
import { object } from '../../../http/schema.ts'
import { changeNamedGrant } from '../named-grants.ts'
import { accountNamed, ExperimentId, managerOf, notGranted, PermissionLevel, Username } from '../permission.ts'

export const updateExperimentPermission = write({
  route: 'PATCH /api/2.0/mlflow/experiments/permissions/update',
  summary: 'Change what a user was granted on an experiment',
  access: managerOf.experiment,
  input: object({ experiment_id: ExperimentId, username: Username, permission: PermissionLevel }),
  output: object({}),
  async handler(tx, { experiment_id, username, permission }) {
    const user_id = await accountNamed(tx, username)
    const changed = await changeNamedGrant(tx, user_id, 'experiment', experiment_id, permission)
    if (!changed) throw notGranted('experiment', experiment_id, username)
    return {}
  },
})
