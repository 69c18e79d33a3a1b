import type { Endpoint } from '../../http/endpoint.ts'
import { createAlert } from './alerts/create.ts'
import { deleteAlert } from './alerts/delete.ts'
import { listAlerts } from './alerts/list.ts'
import { searchAuditLog } from './search.ts'
import { verifyAuditLog } from './verification.ts'

export { AuditLog } from './audit-log.ts'
export { recordBeside } from './beside.ts'
export { exportLines } from './export.ts'
export { type Pruned, prune } from './prune.ts'
export { resignAuditLog } from './resign.ts'
export { type Verified, verify } from './verify.ts'

/** Every endpoint of the audit log. */
export const auditEndpoints: readonly Endpoint[] = [searchAuditLog, verifyAuditLog, createAlert, listAlerts, deleteAlert]
