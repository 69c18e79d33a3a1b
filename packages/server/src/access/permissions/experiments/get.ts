import { read } from '../../../http/endpoint.ts'
import { object } from '../../../http/schema.ts'
import { namedGrantOf } from '../named-grants.ts'
import { accountNamed, ExperimentId, ExperimentPermission, managerOf, notGranted, Username } from '../permission.ts'

export const getExperimentPermission = read({
  route: 'GET /api/2.0/mlflow/experiments/permissions/get',
  summary: 'What a user was granted on an experiment',
  access: managerOf.experiment,
  input: object({ experiment_id: ExperimentId, username: Username }),
  output: object({ experiment_permission: ExperimentPermission }),
  async handler(db, { experiment_id, username }) {
    const user_id = await accountNamed(db, username)
    const permission = await namedGrantOf(db, user_id, 'experiment', experiment_id)
    if (!permission) throw notGranted('experiment', experiment_id, username)
    return { experiment_permission: { experiment_id, user_id, permission } }
  },
})
