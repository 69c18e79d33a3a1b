import { api } from '../api.ts'
import { count } from '../format.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { ACTIONS, Table } from '../parts/Table.tsx'
import { Time } from '../parts/Time.tsx'
import { usePages } from '../parts/use-pages.ts'
import { act } from '../shell/act.ts'

const DELIVERIES = 'GET /api/2.0/millrace/webhooks/{webhook_id}/deliveries'
const PAGE_MAX = 100
const LIVE_MS = 5_000

/** What could not be delivered to a webhook, why, and another try. */
export function Deliveries({ webhook_id, name }: { webhook_id: string; name: string }) {
  const pages = usePages(DELIVERIES, { webhook_id, max_results: PAGE_MAX }, (of) => of.deliveries, { refetch_ms: LIVE_MS })
  if (pages.error) return <Problem error={pages.error} retry={pages.retry} />
  if (!pages.first) return <Loading lines={3} />
  const deliveries = pages.items
  const replay = (delivery_id?: string): Promise<boolean> =>
    act(
      () => api.call('POST /api/2.0/millrace/webhooks/{webhook_id}/deliveries/replay', { webhook_id, ...(delivery_id && { delivery_id }) }),
      { done: delivery_id ? 'It is sent again.' : 'All of it is sent again.', changes: [DELIVERIES] },
    )
  if (deliveries.length === 0) return <p className="faint">Everything that was sent has arrived, or is still being tried.</p>
  return (
    <section className="spaced">
      <div className="bar">
        <span className="faint grow">
          {pages.hasMore && 'more than '}
          {count(deliveries.length, 'event')} given up
        </span>
        <button type="button" onClick={() => void replay()}>
          Send all again
        </button>
      </div>
      <Table label={`Undelivered to ${name}`} columns={['Event', 'Why', 'Given up', { title: 'Attempts', look: 'number' }, ACTIONS]}>
        {deliveries.map((one) => (
          <tr key={one.delivery_id}>
            <td>{one.event.replaceAll(/[._]/g, ' ')}</td>
            <td className="wide" title={one.problem}>
              {one.problem}
            </td>
            <td>
              <Time at={one.dead_timestamp} />
            </td>
            <td className="number">{one.attempts}</td>
            <td>
              <button type="button" className="quiet" onClick={() => void replay(one.delivery_id)} aria-label={`Send again: ${one.event}`}>
                Send again
              </button>
            </td>
          </tr>
        ))}
      </Table>
      <More pages={pages} noun="event" />
    </section>
  )
}
