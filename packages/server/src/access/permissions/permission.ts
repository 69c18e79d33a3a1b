import { query, type Reader } from '../../db/handles.ts'
import { ApiError, missing } from '../../http/errors.ts'
import { enumOf, int64, object, string } from '../../http/schema.ts'
import { type Kind, LEVELS } from '../grants.ts'
import { anchorOf } from '../resources.ts'

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

/** The internal id of a thing that a grant is to be made on. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function targetOf(db: Reader, resource: { experiment: string } | { registered_model: string }): Promise<number> {
  const anchor = await anchorOf(db, resource)
  if ('code' in anchor) throw anchor
  return anchor.ids[0] as number
}

/** The same of a thing on which a grant is looked for: a number that no grant has, when it isn't there. */
export async function targetLookedFor(db: Reader, resource: { experiment: string } | { registered_model: string }): Promise<number> {
  const anchor = await anchorOf(db, resource)
  return 'code' in anchor ? NOTHING : (anchor.ids[0] as number)
}
const NOTHING = -1

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
