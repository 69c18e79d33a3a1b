import { audit } from './audit.ts'
import { auditLogExport } from './audit-log-export.ts'
import { auditLogPrune } from './audit-log-prune.ts'
import { auditLogVerify } from './audit-log-verify.ts'
import { auditsList } from './audits/audits-list.ts'
import { auditsRun } from './audits/audits-run.ts'
import { auditsShow } from './audits/audits-show.ts'
import type { Command } from './command.ts'
import { completion } from './completion.ts'
import { dbCheck } from './db-check.ts'
import { dbUpgrade } from './db-upgrade.ts'
import { gc } from './gc.ts'
import { inventory } from './inventory/inventory.ts'
import { policyCheck } from './promotions/policy-check.ts'
import { policyExplain } from './promotions/policy-explain.ts'
import { requestsApprove, requestsBypass, requestsReject } from './promotions/requests-decide.ts'
import { requestsList } from './promotions/requests-list.ts'
import { requestsShow } from './promotions/requests-show.ts'
import { rollback } from './promotions/rollback.ts'
import { rolloutAbort, rolloutPause, rolloutPromote, rolloutResume, rolloutRollback } from './rollouts/rollout-decide.ts'
import { rolloutStart } from './rollouts/rollout-start.ts'
import { rolloutStatus } from './rollouts/rollout-status.ts'
import { scan } from './scan.ts'
import { secretsRotate } from './secrets-rotate.ts'
import { server } from './server.ts'
import { modelsPredict } from './serving/models-predict.ts'
import { modelsServe } from './serving/models-serve.ts'
import { keysList, keysMake, keysRevoke, keysRotate } from './signing/keys.ts'
import { sign } from './signing/sign.ts'
import { verify } from './signing/verify.ts'
import { tokensCreate } from './tokens-create.ts'
import { tokensList } from './tokens-list.ts'
import { tokensRevoke } from './tokens-revoke.ts'
import { tracesArchive } from './traces-archive.ts'
import { usersCreate } from './users-create.ts'
import { usersDelete } from './users-delete.ts'
import { usersDisable } from './users-disable.ts'
import { usersList } from './users-list.ts'
import { usersMakeAdmin } from './users-make-admin.ts'
import { usersSetPassword } from './users-set-password.ts'

/** Every command, in the order of `millrace --help`. */
export const commands: readonly Command[] = [
  server,
  usersCreate,
  usersList,
  usersSetPassword,
  usersMakeAdmin,
  usersDisable,
  usersDelete,
  tokensCreate,
  tokensList,
  tokensRevoke,
  dbUpgrade,
  dbCheck,
  gc,
  scan,
  modelsServe,
  modelsPredict,
  inventory,
  audit,
  auditsRun,
  auditsList,
  auditsShow,
  tracesArchive,
  secretsRotate,
  auditLogVerify,
  auditLogExport,
  auditLogPrune,
  sign,
  verify,
  policyCheck,
  policyExplain,
  requestsList,
  requestsShow,
  requestsApprove,
  requestsReject,
  requestsBypass,
  rollback,
  rolloutStart,
  rolloutStatus,
  rolloutPause,
  rolloutResume,
  rolloutPromote,
  rolloutAbort,
  rolloutRollback,
  keysMake,
  keysList,
  keysRotate,
  keysRevoke,
  completion,
]
