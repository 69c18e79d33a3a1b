import { array, int64, object, string } from '../../http/schema.ts'

export const GroupName = string({ min: 1, max: 256, pattern: /^(?=.*\S)[^\p{Cc}]+$/u })

/** A group: what its roles grant, its members have. */
export const Group = object({ id: int64(), name: string(), members: array(string()), role_ids: array(int64()) })

/** Groups are of no workspace: admins make them. */
export const ADMINS_ONLY = { permission: 'manage', on: () => ({ server: 'groups' as const }) } as const
