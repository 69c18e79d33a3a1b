import { query, type Reader } from '../../db/handles.ts'
import { ApiError, missing } from '../../http/errors.ts'
import { enumOf, int64, object, string } from '../../http/schema.ts'
import { type Kind, LEVELS } from '../level.ts'

export const PermissionLevel = enumOf(LEVELS)
export const Username = string({ min: 1, max: 256 })
export const ExperimentId = string({ min: 1, max: 256 })
export const ModelName = string({ min: 1, max: 512 })

export const ExperimentPermission = object({ experiment_id: string(), user_id: int64(), permission: PermissionLevel })
export const RegisteredModelPermission = object({
  workspace: string(),
  name: string(),
  user_id: int64(),
  permission: PermissionLevel,
})

const ACCOUNT = query<{ id: number }>('select id from account where name = ?')

/** The account's id. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function accountNamed(db: Reader, username: string): Promise<number> {
  const account = await db.get(ACCOUNT, username)
  if (!account) throw missing(`User with username=${username} not found`)
  return account.id
}

/** Who may share a thing. Others are told that they may not, whether it is there or not: so they learn nothing of it. */
export const managerOf = {
  experiment: {
    permission: 'manage',
    on: ({ experiment_id }: { experiment_id: string }) => ({ experiment: experiment_id }),
    unseen: 'denied',
  },
  registered_model: {
    permission: 'manage',
    on: ({ name }: { name: string }) => ({ registered_model: name }),
    unseen: 'denied',
  },
} as const

const WORDS = { experiment: ['Experiment', 'experiment_id'], registered_model: ['Registered model', 'name'] } as const

export function granted(kind: Kind, name: string, username: string): ApiError {
  const [what, field] = WORDS[kind]
  const message = `${what} permission with ${field}=${name} and username=${username} already exists: change it with permissions/update.`
  return new ApiError('RESOURCE_ALREADY_EXISTS', message)
}

export function notGranted(kind: Kind, name: string, username: string): ApiError {
  const [what, field] = WORDS[kind]
  return missing(`${what} permission with ${field}=${name} and username=${username} not found`)
}
