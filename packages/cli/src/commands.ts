import { auditLogExport } from './audit-log-export.ts'
import { auditLogPrune } from './audit-log-prune.ts'
import { auditLogVerify } from './audit-log-verify.ts'
import type { Command } from './command.ts'
import { completion } from './completion.ts'
import { dbCheck } from './db-check.ts'
import { dbUpgrade } from './db-upgrade.ts'
import { gc } from './gc.ts'
import { secretsRotate } from './secrets-rotate.ts'
import { server } from './server.ts'

/** Every command, in the order of `millrace --help`. */
export const commands: readonly Command[] = [
  server,
  dbUpgrade,
  dbCheck,
  gc,
  secretsRotate,
  auditLogVerify,
  auditLogExport,
  auditLogPrune,
  completion,
]
