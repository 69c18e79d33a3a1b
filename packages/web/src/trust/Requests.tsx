import type { Output } from '@millrace/client'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api.ts'
import { More } from '../parts/More.tsx'
import { Time } from '../parts/Time.tsx'
import { usePages } from '../parts/use-pages.ts'
import { useSession } from '../session.ts'
import { act, emptied } from '../shell/act.ts'

const REQUESTS = 'GET /api/2.0/millrace/promotions/requests'
const CHANGES = [REQUESTS, 'GET /api/2.0/mlflow/model-versions/get'] as const
const PAGE_MAX = 50
const LIVE_MS = 5_000

type Request = Output<typeof REQUESTS>['promotion_requests'][number]

const TONE: Record<Request['state'], string> = {
  open: 'busy',
  approved: 'good',
  used: 'good',
  rejected: 'bad',
  expired: 'faint',
  bypassed: 'bad',
  void: 'faint',
}
const WORD: Record<Request['state'], string> = {
  open: 'waits for approval',
  approved: 'approved, not yet used',
  used: 'done',
  rejected: 'rejected',
  expired: 'too old',
  bypassed: 'gone past in an emergency',
  void: 'void: what it was about has changed',
}

/** Who decided may think otherwise, until it is used. */
const REVIEWED: ReadonlySet<Request['state']> = new Set(['open', 'approved', 'rejected'])

type OfProps = { name: string; version?: string }

/** The requests about a model that wait, or all that were ever made about one of its versions. */
export function RequestsOf({ name, version }: OfProps) {
  const asked = { name, max_results: PAGE_MAX, ...(version !== undefined && { version, all: true }) }
  const pages = usePages(REQUESTS, asked, (of) => of.promotion_requests, { refetch_ms: LIVE_MS })
  if (pages.items.length === 0) return null
  return (
    <section className="asked" aria-label="Requests">
      {version === undefined && <h2 className="spaced">Requests</h2>}
      <Requests requests={pages.items} />
      <More pages={pages} noun="request" />
    </section>
  )
}

/** Requests to put a version in a protected place, each with what is missing and who said what. */
export function Requests({ requests }: { requests: readonly Request[] }) {
  return (
    <div className="stack">
      {requests.map((request) => (
        <article key={request.request_id} className="card">
          <header className="bar">
            <h2 className="grow">
              <Link to="/models/$name/versions/$version" params={{ name: request.name, version: request.version }}>
                {request.name}, version {request.version}
              </Link>{' '}
              → {request.alias ? `@${request.alias}` : request.stage}
            </h2>
            <span className={`status ${TONE[request.state]}`}>{WORD[request.state]}</span>
          </header>
          <p className="faint">
            asked by {request.asked_by || 'the owner'} <Time at={request.opened_ms} />
            {request.in_place && `; version ${request.in_place} is there now`}
          </p>
          {request.missing.length > 0 && (
            <ul>
              {request.missing.map(({ what, says }) => (
                <li key={what + says}>{says}</li>
              ))}
            </ul>
          )}
          {request.decisions.map(({ user, says, reason, at_ms }) => (
            <p key={`${user} ${at_ms}`}>
              <strong>{user}</strong> {says === 'approve' ? 'approved' : says === 'reject' ? 'rejected' : 'went past the policy'}: {reason}{' '}
              <span className="faint">({<Time at={at_ms} />})</span>
            </p>
          ))}
          {REVIEWED.has(request.state) && <Review request={request} />}
        </article>
      ))}
    </div>
  )
}

function Review({ request }: { request: Request }) {
  const [reason, setReason] = useState('')
  const session = useSession()
  const isOwn =
    session !== undefined && session.username !== '' && (session.username === request.author || session.username === request.asked_by)
  const decide = async (what: 'approve' | 'reject'): Promise<void> => {
    const isDecided = await act(
      () => api.call(`POST /api/2.0/millrace/promotions/requests/{request_id}/${what}`, { request_id: request.request_id, reason }),
      { done: what === 'approve' ? 'Approved. Whoever asked can now do it.' : 'Rejected.', changes: CHANGES },
    )
    if (isDecided) setReason(emptied(reason))
  }
  return (
    <>
      <div className="bar">
        <input
          className="grow"
          aria-label={`Reason, for ${request.name} version ${request.version}`}
          placeholder="Why? It is kept and shown."
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {request.state !== 'approved' && (
          <button type="button" className="main" disabled={reason.trim() === '' || isOwn} onClick={() => decide('approve')}>
            {request.state === 'rejected' ? 'Approve after all' : 'Approve'}
          </button>
        )}
        {request.state !== 'rejected' && (
          <button type="button" disabled={reason.trim() === ''} onClick={() => decide('reject')}>
            {request.state === 'approved' ? 'Reject after all' : 'Reject'}
          </button>
        )}
      </div>
      {isOwn && <p className="faint">You asked for it or made the version: somebody else approves it.</p>}
    </>
  )
}
