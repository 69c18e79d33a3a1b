import { array, enumOf, int64, object, optional, string } from '../http/schema.ts'
import { LEVEL, LEVELS } from './level.ts'

/** What a role may be granted on. All else that MLflow names here follows one of these: runs and traces their experiment, for example. */
export const RESOURCE_TYPES = ['experiment', 'registered_model', 'prompt', 'scorer', 'workspace'] as const
export type ResourceType = (typeof RESOURCE_TYPES)[number]

/** Roles say DENY where accounts' own permissions say NO_PERMISSIONS: both deny, whatever others allow. */
export const ROLE_LEVELS = ['DENY', 'READ', 'USE', 'EDIT', 'MANAGE'] as const
export type RoleLevel = (typeof ROLE_LEVELS)[number]

export const levelOfRole = (level: RoleLevel): number => (level === 'DENY' ? LEVEL.NO_PERMISSIONS : LEVEL[level])
export const roleLevelOf = (level: number): RoleLevel =>
  level === LEVEL.NO_PERMISSIONS ? 'DENY' : ((LEVELS[level] ?? 'DENY') as RoleLevel)

export const RoleId = int64({ min: 1 })
export const RoleName = string({ min: 1, max: 256, pattern: /^(?!__user_)(?=.*\S)[^\p{Cc}]+$/u })
export const RoleDescription = string({ max: 2_000 })
export const WorkspaceName = string({ min: 1, max: 256 })
export const ResourceTypeName = enumOf(RESOURCE_TYPES, {
  description: 'Runs, traces and all else follow their experiment, scorers too unless they have grants of their own, versions their model',
})
export const ResourcePattern = string({
  min: 1,
  max: 512,
  description: "An experiment's id, a model's or prompt's name, EXPERIMENT_ID/NAME of a scorer, or * for all",
})
export const RolePermissionLevel = enumOf(ROLE_LEVELS)

export const RolePermission = object({
  id: int64(),
  role_id: int64(),
  resource_type: enumOf(RESOURCE_TYPES),
  resource_pattern: string(),
  permission: RolePermissionLevel,
})

/** A role as MLflow's clients see it. */
export const Role = object({
  id: int64(),
  name: string(),
  workspace: string(),
  description: optional(string()),
  permissions: array(RolePermission),
})

export const Assignment = object({ id: int64(), user_id: int64(), role_id: int64() })

/** Who is told of roles and changes them; others are told nothing of them. */
export const managerOf = {
  role: { permission: 'manage', on: ({ role_id }: { role_id: number }) => ({ role: role_id }), unseen: 'denied' },
  role_permission: {
    permission: 'manage',
    on: ({ role_permission_id }: { role_permission_id: number }) => ({ role_permission: role_permission_id }),
    unseen: 'denied',
  },
} as const
