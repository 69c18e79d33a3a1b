import { read } from '../../../http/endpoint.ts'
import { object } from '../../../http/schema.ts'
import { grantOf } from '../../grants.ts'
import { accountNamed, ExperimentId, ExperimentPermission, notGranted, targetLookedFor, Username } from '../permission.ts'

export const getExperimentPermission = read({
  route: 'GET /api/2.0/mlflow/experiments/permissions/get',
  summary: 'What a user was granted on an experiment',
  access: { permission: 'manage', on: ({ experiment_id }) => ({ experiment: experiment_id }) },
  input: object({ experiment_id: ExperimentId, username: Username }),
  output: object({ experiment_permission: ExperimentPermission }),
  async handler(db, { experiment_id, username }) {
    const user_id = await accountNamed(db, username)
    const permission = await grantOf(db, user_id, 'experiment', await targetLookedFor(db, { experiment: experiment_id }))
    if (!permission) throw notGranted('experiment', experiment_id, username)
    return { experiment_permission: { experiment_id, user_id, permission } }
  },
})
