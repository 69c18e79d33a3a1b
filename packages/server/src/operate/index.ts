/** What an operator does beside the server, from the shell: each opens the database, does one thing, and closes it. */
export { objectsBelow, type StoredObject } from '../artifacts/index.ts'
export type { Finding } from '../db/check.ts'
export type { Policy } from '../registry/policy/index.ts'
export { readPolicy } from '../registry/policy/index.ts'
export {
  type AccountLine,
  createAccount,
  createToken,
  deleteAccount,
  disableAccount,
  listAccounts,
  listTokens,
  makeAdmin,
  revokeToken,
  setAccountPassword,
  type TokenLine,
} from './accounts.ts'
export { exportAuditLog, pruneAuditLog, verifyAuditLog } from './audit-log.ts'
export { archiveTracesOf, checkDatabase, emptyTrashOf, migrateDatabase, rotateSecrets } from './database.ts'
