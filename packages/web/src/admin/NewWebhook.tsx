import type { Input } from '@millrace/client'
import { useState } from 'react'
import { api } from '../api.ts'
import { act } from '../shell/act.ts'

type Event = Input<'POST /api/2.0/mlflow/webhooks'>['events'][number]

const EVENTS: readonly Event[] = [
  { entity: 'REGISTERED_MODEL', action: 'CREATED' },
  { entity: 'MODEL_VERSION', action: 'CREATED' },
  { entity: 'MODEL_VERSION', action: 'QUARANTINED' },
  { entity: 'MODEL_VERSION_ALIAS', action: 'CREATED' },
  { entity: 'MODEL_VERSION_ALIAS', action: 'DELETED' },
  { entity: 'MODEL_VERSION_TAG', action: 'SET' },
  { entity: 'PROMOTION_REQUEST', action: 'CREATED' },
  { entity: 'PROMOTION_REQUEST', action: 'APPROVED' },
  { entity: 'PROMOTION_REQUEST', action: 'REJECTED' },
  { entity: 'PROMOTION', action: 'BYPASSED' },
  { entity: 'PROMOTION', action: 'ROLLED_BACK' },
  { entity: 'ROLLOUT', action: 'STARTED' },
  { entity: 'ROLLOUT', action: 'FINISHED' },
  { entity: 'ROLLOUT', action: 'ROLLED_BACK' },
  { entity: 'PROMPT', action: 'CREATED' },
  { entity: 'PROMPT_VERSION', action: 'CREATED' },
]

/** "model version created", for the event of that name. */
export const eventWords = ({ entity, action }: { entity: string; action: string }): string =>
  `${entity} ${action}`.toLowerCase().replaceAll('_', ' ')

/** Makes a webhook: where to, of what, and with which secret it is signed. */
export function NewWebhook() {
  const [open, setOpen] = useState(false)
  const [name, setName] = useState('')
  const [url, setUrl] = useState('')
  const [secret, setSecret] = useState('')
  const [chosen, choose] = useState<readonly Event[]>([])
  if (!open) {
    return (
      <div className="bar">
        <button type="button" className="main" onClick={() => setOpen(true)}>
          New webhook
        </button>
      </div>
    )
  }
  const create = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    const isMade = await act(
      () => api.call('POST /api/2.0/mlflow/webhooks', { name, url, events: [...chosen], ...(secret && { secret }) }),
      { done: `${name} is told from now on.`, changes: ['GET /api/2.0/mlflow/webhooks'] },
    )
    if (isMade) setOpen(false)
  }
  return (
    <form className="card spaced" onSubmit={create}>
      <div className="bar">
        <input
          autoFocus
          aria-label="Name of the webhook"
          placeholder="Name"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <input
          className="grow"
          type="url"
          aria-label="Address that is called"
          placeholder="https://example.com/hook"
          value={url}
          onChange={(event) => setUrl(event.target.value)}
        />
        <input
          type="password"
          autoComplete="off"
          aria-label="Secret that signs what is sent"
          placeholder="Secret, if it is to be signed"
          value={secret}
          onChange={(event) => setSecret(event.target.value)}
        />
      </div>
      <fieldset className="plain options">
        <legend className="faint">It is told when</legend>
        {EVENTS.map((event) => (
          <label key={eventWords(event)} className="check-line">
            <input
              type="checkbox"
              checked={chosen.includes(event)}
              onChange={() => choose(chosen.includes(event) ? chosen.filter((one) => one !== event) : [...chosen, event])}
            />
            {eventWords(event)}
          </label>
        ))}
      </fieldset>
      <div className="bar">
        <button type="submit" className="main" disabled={name.trim() === '' || url.trim() === '' || chosen.length === 0}>
          Make the webhook
        </button>
        <button type="button" onClick={() => setOpen(false)}>
          Cancel
        </button>
      </div>
    </form>
  )
}
