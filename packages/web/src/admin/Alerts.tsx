import { Link } from '@tanstack/react-router'
import { api, useApi } from '../api.ts'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { ACTIONS, Table } from '../parts/Table.tsx'
import { Time } from '../parts/Time.tsx'
import { act } from '../shell/act.ts'
import { ALERTS, type Alert, saysOf } from './alert.ts'
import { NewAlert } from './NewAlert.tsx'

const WEBHOOKS_MAX = 1_000

/** What of the audit log is told to whom, as it happens. */
export function Alerts() {
  const found = useApi(ALERTS, {})
  const hooks = useApi('GET /api/2.0/mlflow/webhooks', { max_results: WEBHOOKS_MAX })
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data || hooks.isPending) return <Loading />
  const { alerts } = found.data
  const webhooks = hooks.data?.webhooks ?? []
  return (
    <>
      {webhooks.length > 0 && <NewAlert webhooks={webhooks} />}
      {alerts.length === 0 && (
        <Empty title="There is no alert yet">
          <p>
            An alert is a rule over the audit log: ten failed sign-ins of one user in a minute, a user who comes from a new address, a
            promotion that its policy refused. A webhook is told when it holds.
          </p>
          {webhooks.length === 0 && (
            <p>
              First make the{' '}
              <Link to="/admin/$section" params={{ section: 'webhooks' }}>
                webhook
              </Link>{' '}
              that is to be told.
            </p>
          )}
        </Empty>
      )}
      {alerts.length > 0 && (
        <Table label="Alerts" columns={['Name', 'Tells of', 'Webhook', 'Made', ACTIONS]}>
          {alerts.map((alert) => (
            <Row key={alert.alert_id} alert={alert} webhook={webhooks.find(({ webhook_id }) => webhook_id === alert.webhook_id)?.name} />
          ))}
        </Table>
      )}
      <p className="faint">
        Alerts on the drift of a model’s predictions are set where it is served: <code>millrace models serve --help</code> names them.
      </p>
    </>
  )
}

function Row({ alert, webhook }: { alert: Alert; webhook: string | undefined }) {
  const { alert_id, name } = alert
  const remove = (): Promise<boolean> =>
    act(() => api.call('DELETE /api/2.0/millrace/audit-log/alerts/{alert_id}', { alert_id }), {
      done: `The alert ${name} is gone.`,
      undo: () => remake(alert),
      changes: [ALERTS],
    })
  return (
    <tr>
      <td className="wide" title={name}>
        {name}
      </td>
      <td className="wide" title={alert.action}>
        {saysOf(alert)}
      </td>
      <td className="wide" title={webhook}>
        {webhook ?? alert.webhook_id}
      </td>
      <td>
        <Time at={alert.created_timestamp} />
      </td>
      <td>
        <button type="button" className="quiet danger" onClick={() => void remove()} aria-label={`Delete the alert ${name}`}>
          Delete
        </button>
      </td>
    </tr>
  )
}

const remake = ({ alert_id: _id, created_timestamp: _made, kind, outcome, per, ...rest }: Alert): Promise<unknown> =>
  api.call('POST /api/2.0/millrace/audit-log/alerts', {
    ...rest,
    kind: kind as 'burst',
    per: per as 'user',
    ...(outcome !== undefined && { outcome: outcome as 'done' }),
  })
