import { write } from '../../../http/endpoint.ts'
import { object } from '../../../http/schema.ts'
import { addNamedGrant } from '../named-grants.ts'
import { accountNamed, ExperimentId, ExperimentPermission, granted, managerOf, PermissionLevel, Username } from '../permission.ts'

/** The grant is bound to the thing itself: whatever takes its name later has none. */
export const createExperimentPermission = write({
  route: 'POST /api/2.0/mlflow/experiments/permissions/create',
  summary: 'Grant a user a permission on an experiment',
  access: managerOf.experiment,
  input: object({ experiment_id: ExperimentId, username: Username, permission: PermissionLevel }),
  output: object({ experiment_permission: ExperimentPermission }),
  async handler(tx, { experiment_id, username, permission }) {
    const user_id = await accountNamed(tx, username)
    const added = await addNamedGrant(tx, user_id, 'experiment', experiment_id, permission)
    if (!added) throw granted('experiment', experiment_id, username)
    return { experiment_permission: { experiment_id, user_id, permission } }
  },
})
