import type { Endpoint } from '../../http/endpoint.ts'
import { addGroupMember } from './add-member.ts'
import { createGroup } from './create.ts'
import { deleteGroup } from './delete.ts'
import { getGroup } from './get.ts'
import { giveGroupRole } from './give-role.ts'
import { listGroups } from './list.ts'
import { removeGroupMember } from './remove-member.ts'
import { takeGroupRole } from './take-role.ts'

export { groupsOfAccounts } from './group-store.ts'

/** Groups of accounts, to which roles are given. */
export const groupEndpoints: readonly Endpoint[] = [
  createGroup,
  listGroups,
  getGroup,
  deleteGroup,
  addGroupMember,
  removeGroupMember,
  giveGroupRole,
  takeGroupRole,
]
