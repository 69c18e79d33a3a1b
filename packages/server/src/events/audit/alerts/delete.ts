import { write } from '../../../http/endpoint.ts'
import { missing } from '../../../http/errors.ts'
import { object, string } from '../../../http/schema.ts'
import { deleteAlertRow } from './alert-store.ts'

export const deleteAlert = write({
  route: 'DELETE /api/2.0/millrace/audit-log/alerts/{alert_id}',
  summary: 'Delete an alert over the audit log',
  access: { permission: 'manage', on: () => ({ server: 'audit_log' }) },
  input: object({ alert_id: string({ max: 64 }) }),
  output: object({}),
  async handler(tx, { alert_id }) {
    if (!(await deleteAlertRow(tx, alert_id))) throw missing(`There is no alert with the id '${alert_id}'.`)
    return {}
  },
})
