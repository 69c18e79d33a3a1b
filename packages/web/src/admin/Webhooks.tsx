import type { Output } from '@millrace/client'
import { useState } from 'react'
import { api, sentenceOf } from '../api.ts'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { Twice } from '../parts/Twice.tsx'
import { usePages } from '../parts/use-pages.ts'
import { act } from '../shell/act.ts'
import { say } from '../shell/Toasts.tsx'
import { Deliveries } from './Deliveries.tsx'
import { eventWords, NewWebhook } from './NewWebhook.tsx'

const LIST = 'GET /api/2.0/mlflow/webhooks'

type Webhook = Output<typeof LIST>['webhooks'][number]

/** The webhooks: make, test, pause and delete them, and send again what could not be delivered. */
export function Webhooks() {
  const pages = usePages(LIST, { max_results: 100 }, ({ webhooks }) => webhooks)
  if (pages.error) return <Problem error={pages.error} retry={pages.retry} />
  if (pages.isPending) return <Loading />
  const webhooks = pages.items
  return (
    <>
      <NewWebhook />
      {webhooks.length === 0 && (
        <Empty title="There is no webhook yet">
          <p>
            A webhook tells another program, such as a chat or a pipeline, when a version is registered, promoted, approved or rolled back.
          </p>
          <p className="faint">What can’t be delivered is tried for a day, kept here, and sent again when you say so.</p>
        </Empty>
      )}
      <div className="stack">
        {webhooks.map((webhook) => (
          <WebhookCard key={webhook.webhook_id} webhook={webhook} />
        ))}
      </div>
      <More pages={pages} noun="webhook" />
    </>
  )
}

function WebhookCard({ webhook }: { webhook: Webhook }) {
  const { webhook_id, name, url, description, events, status } = webhook
  const [open, setOpen] = useState(false)
  const isActive = status === 'ACTIVE'
  const set = (to: 'ACTIVE' | 'DISABLED'): Promise<unknown> =>
    api.call('PATCH /api/2.0/mlflow/webhooks/{webhook_id}', { webhook_id, status: to })
  const toggle = (): Promise<boolean> =>
    act(() => set(isActive ? 'DISABLED' : 'ACTIVE'), {
      done: isActive ? `${name} rests: what happens meanwhile is kept and sent when it goes on.` : `${name} goes on.`,
      undo: () => set(status),
      changes: [LIST],
    })
  const tryOut = async (): Promise<void> => {
    try {
      const { result } = await api.call('POST /api/2.0/mlflow/webhooks/{webhook_id}/test', { webhook_id })
      if (result.success) say(`${name} took an example (${result.response_status}).`)
      else say(result.error_message ?? `It answered ${result.response_status}.`, { isProblem: true })
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    }
  }
  return (
    <article className="card">
      <header className="bar">
        <h2 className="grow name">{name}</h2>
        <span className={isActive ? 'status good' : 'status faint'}>{isActive ? '✓ active' : '– resting'}</span>
        <button type="button" className="quiet" onClick={() => void tryOut()} aria-label={`Send an example: ${name}`}>
          Send an example
        </button>
        <button type="button" className="quiet" onClick={() => void toggle()} aria-label={`${isActive ? 'Rest' : 'Go on'}: ${name}`}>
          {isActive ? 'Rest' : 'Go on'}
        </button>
        <Twice
          label="Delete"
          about={`the webhook ${name}, with what is still to be sent`}
          onSure={() =>
            void act(() => api.call('DELETE /api/2.0/mlflow/webhooks/{webhook_id}', { webhook_id }), {
              done: `${name} is deleted.`,
              changes: [LIST],
            })
          }
        />
      </header>
      <p className="mono address">{url}</p>
      {description && <p>{description}</p>}
      <p className="chips">
        {events.map((event) => (
          <span key={eventWords(event)} className="chip">
            {eventWords(event)}
          </span>
        ))}
      </p>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} aria-label={`Undelivered: ${name}`}>
        Undelivered <span aria-hidden="true">{open ? '▴' : '▾'}</span>
      </button>
      {open && <Deliveries webhook_id={webhook_id} name={name} />}
    </article>
  )
}
