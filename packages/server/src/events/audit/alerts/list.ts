import { read } from '../../../http/endpoint.ts'
import { array, object } from '../../../http/schema.ts'
import { Alert, alertToWire } from './alert.ts'
import { allAlerts } from './alert-store.ts'

export const listAlerts = read({
  route: 'GET /api/2.0/millrace/audit-log/alerts',
  summary: 'List the alerts over the audit log',
  access: { permission: 'manage', on: () => ({ server: 'audit_log' }) },
  input: object({}),
  output: object({ alerts: array(Alert) }),
  handler: async (db) => ({ alerts: (await allAlerts(db)).map(alertToWire) }),
})
