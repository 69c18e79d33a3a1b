import { useState } from 'react'
import { api, refresh, sentenceOf, useApi } from '../api.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { Time } from '../parts/Time.tsx'
import { say } from '../shell/Toasts.tsx'

const DELIVERIES = 'GET /api/2.0/millrace/webhooks/{webhook_id}/deliveries'

/** The webhooks, and what could not be delivered to them. */
export function Webhooks() {
  const found = useApi('GET /api/2.0/mlflow/webhooks', {})
  const [shown, show] = useState<string>()
  if (found.isError) return <Problem error={found.error} />
  if (!found.data) return <Loading />
  const webhooks = found.data.webhooks ?? []
  if (webhooks.length === 0) return <p className="faint">There are no webhooks. MlflowClient.create_webhook makes one.</p>
  return (
    <div className="stack">
      {webhooks.map((webhook) => (
        <article key={webhook.webhook_id} className="card">
          <div className="bar">
            <h2 className="grow">{webhook.name}</h2>
            <span className="chip">{webhook.status}</span>
            <button
              type="button"
              aria-expanded={shown === webhook.webhook_id}
              onClick={() => show(shown === webhook.webhook_id ? undefined : webhook.webhook_id)}
            >
              Undelivered
            </button>
          </div>
          <p className="mono">{webhook.url}</p>
          {shown === webhook.webhook_id && <Deliveries webhook_id={webhook.webhook_id} />}
        </article>
      ))}
    </div>
  )
}

function Deliveries({ webhook_id }: { webhook_id: string }) {
  const found = useApi(DELIVERIES, { webhook_id })
  if (found.isError) return <Problem error={found.error} />
  if (!found.data) return <Loading lines={3} />
  const replay = async (delivery_id: string): Promise<void> => {
    try {
      await api.call('POST /api/2.0/millrace/webhooks/{webhook_id}/deliveries/replay', { webhook_id, delivery_id })
      say('It is sent again.')
      await refresh(DELIVERIES)
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    }
  }
  if (found.data.deliveries.length === 0) return <p className="faint">Everything that was sent has arrived, or is still being tried.</p>
  return (
    <Scroll label="Undelivered">
      <table>
        <tbody>
          {found.data.deliveries.map((one) => (
            <tr key={one.delivery_id}>
              <td>{one.event}</td>
              <td className="wide" title={one.problem}>
                {one.problem}
              </td>
              <td>
                given up <Time at={one.dead_timestamp} /> after {one.attempts} attempts
              </td>
              <td>
                <button type="button" className="quiet" onClick={() => void replay(one.delivery_id)}>
                  Send again
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
