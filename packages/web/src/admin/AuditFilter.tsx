import type { Input } from '@millrace/client'
import { useState } from 'react'
import { Search } from '../parts/Search.tsx'

export type Asked = Omit<Input<'GET /api/2.0/millrace/audit-log'>, 'max_results' | 'page_token'>
type Entry = { readonly action: string; readonly user: string; readonly kind: string }
type Props = { seen: readonly Entry[]; onAsk: (asked: Asked) => void }

const OUTCOMES = ['done', 'denied', 'failed'] as const
const EMPTY = { user: '', action: '', outcome: '', resource: '', since: '', until: '' }
const DAY_MS = 86_400_000

/** "runs/delete" for the route `POST /api/2.0/mlflow/runs/delete`. */
export const shortAction = (action: string): string => action.replace(/^[A-Z]+ \/(?:ajax-)?(?:api\/\d\.\d\/(?:mlflow|millrace)\/)?/, '')

/** Asks for entries by who, what, on what, when and how it ended; what was seen already is offered. */
export function AuditFilter({ seen, onAsk }: Props) {
  const [typed, setTyped] = useState(EMPTY)
  const set = (change: Partial<typeof EMPTY>): typeof EMPTY => {
    const to = { ...typed, ...change }
    setTyped(to)
    return to
  }
  const actions = [...new Set(seen.map(({ action }) => action))].sort()
  const users = [...new Set(seen.map(({ user }) => user).filter(Boolean))].sort()
  const ask = (from: typeof EMPTY): void => onAsk(askedOf(from))
  return (
    <form
      className="bar"
      onSubmit={(event) => {
        event.preventDefault()
        ask(typed)
      }}
    >
      <Search label="Entries of a user" placeholder="User" value={typed.user} onChange={(user) => set({ user })} list="audit-users" />
      <datalist id="audit-users">
        {users.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <select aria-label="What was done" value={typed.action} onChange={(event) => ask(set({ action: event.target.value }))}>
        <option value="">everything</option>
        {[...new Set([...actions, ...(typed.action ? [typed.action] : [])])].map((one) => (
          <option key={one} value={one}>
            {shortAction(one)}
          </option>
        ))}
      </select>
      <select aria-label="Outcome" value={typed.outcome} onChange={(event) => ask(set({ outcome: event.target.value }))}>
        <option value="">every outcome</option>
        {OUTCOMES.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <input
        aria-label="On what: an id or a name"
        placeholder="On: id or name"
        value={typed.resource}
        onChange={(event) => set({ resource: event.target.value })}
      />
      <label>
        from <input type="date" value={typed.since} onChange={(event) => ask(set({ since: event.target.value }))} />
      </label>
      <label>
        to <input type="date" value={typed.until} onChange={(event) => ask(set({ until: event.target.value }))} />
      </label>
      <button type="submit">Search</button>
      {JSON.stringify(typed) !== JSON.stringify(EMPTY) && (
        <button type="button" className="quiet" onClick={() => ask(set(EMPTY))}>
          Clear
        </button>
      )}
    </form>
  )
}

function askedOf({ user, action, outcome, resource, since, until }: typeof EMPTY): Asked {
  const known = OUTCOMES.find((one) => one === outcome)
  return {
    ...(user.trim() && { user: user.trim() }),
    ...(action && { action }),
    ...(known && { outcome: known }),
    ...(resource.trim() && { resource: resource.trim() }),
    // Days of the reader's own time zone, the last one included.
    ...(since && { since: Date.parse(`${since}T00:00`) }),
    ...(until && { until: Date.parse(`${until}T00:00`) + DAY_MS }),
  }
}
