import { useState } from 'react'
import { api } from '../api.ts'
import { Select } from '../parts/Select.tsx'
import { act, emptied } from '../shell/act.ts'
import { ALERTS, KINDS, PER } from './alert.ts'
import { Count } from './Count.tsx'

type Webhook = { readonly webhook_id: string; readonly name: string }

const OUTCOMES = { '': 'however it ended', done: 'done', denied: 'denied', failed: 'failed' } as const

/** Makes an alert: what it tells of, and which webhook is told. */
export function NewAlert({ webhooks }: { webhooks: readonly Webhook[] }) {
  const [name, setName] = useState('')
  const [kind, setKind] = useState<keyof typeof KINDS>('burst')
  const [chosen, choose] = useState('')
  const [action, setAction] = useState('login')
  const [outcome, setOutcome] = useState<keyof typeof OUTCOMES>('failed')
  const [per, setPer] = useState<keyof typeof PER>('user')
  const [times, setTimes] = useState('10')
  const [seconds, setSeconds] = useState('60')
  const create = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    const webhook_id = chosen || (webhooks[0]?.webhook_id ?? '')
    const burst = {
      per,
      count: Number(times),
      within_seconds: Number(seconds),
      ...(action.trim() !== '' && { action: action.trim() }),
      ...(outcome !== '' && { outcome }),
    }
    const isMade = await act(
      () => api.call('POST /api/2.0/millrace/audit-log/alerts', { name, kind, webhook_id, ...(kind === 'burst' && burst) }),
      { done: `The alert ${name} is made.`, changes: [ALERTS] },
    )
    if (isMade) setName(emptied(name))
  }
  return (
    <form className="bar" onSubmit={create}>
      <input aria-label="Name of the new alert" placeholder="Name" value={name} onChange={(event) => setName(event.target.value)} />
      <Select label="Tells of" options={KINDS} value={kind} onChange={setKind} />
      {kind === 'burst' && (
        <>
          <Count label="How many entries" typed={times} onChange={setTimes} min={1} />
          <span className="faint">×</span>
          <input
            aria-label="Of which action: login, a route, or empty for any"
            placeholder="any action"
            value={action}
            onChange={(event) => setAction(event.target.value)}
          />
          <Select label="How it ended" options={OUTCOMES} value={outcome} onChange={setOutcome} />
          <Select label="Counted" options={PER} value={per} onChange={setPer} />
          <label>
            within <Count label="Within how many seconds" typed={seconds} onChange={setSeconds} min={1} /> s
          </label>
        </>
      )}
      <label>
        tell{' '}
        <select value={chosen} onChange={(event) => choose(event.target.value)}>
          {webhooks.map((one) => (
            <option key={one.webhook_id} value={one.webhook_id}>
              {one.name}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" className="main" disabled={name.trim() === '' || !(Number(times) > 0) || !(Number(seconds) > 0)}>
        Make an alert
      </button>
    </form>
  )
}
