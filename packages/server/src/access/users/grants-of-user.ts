import { query, type Reader } from '../../db/handles.ts'
import type { Account } from '../account-store.ts'
import { KIND, LEVELS } from '../level.ts'
import { userToWire } from './user.ts'

const OF_EXPERIMENTS = query<[target: number, level: number]>(
  `select g.target, g.level from access_grant g join access_role r on r.id = g.role
   where r.personal_of = ? and g.kind = ${KIND.experiment} and g.target >= 0 order by g.target`,
)
const OF_MODELS = query<[name: string, level: number]>(
  `select m.name, g.level from access_grant g join access_role r on r.id = g.role join registered_model m on m.id = g.target
   where r.personal_of = ? and g.kind = ${KIND.registered_model} order by m.name`,
)

/** The account with what was granted to it by itself: MLflow's clients up to 3.6 can't read an account without these two lists. */
export async function userWithGrants(db: Reader, account: Account) {
  const user_id = account.id
  const experiments = await db.tuples(OF_EXPERIMENTS, user_id)
  const models = await db.tuples(OF_MODELS, user_id)
  return {
    ...userToWire(account),
    experiment_permissions: experiments.map(([id, level]) => ({ experiment_id: String(id), user_id, permission: LEVELS[level] ?? '' })),
    registered_model_permissions: models.map(([name, level]) => ({ name, user_id, permission: LEVELS[level] ?? '' })),
  }
}
