import { useState } from 'react'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { usePages } from '../parts/use-pages.ts'
import { Requests } from './Requests.tsx'

const LIVE_MS = 5_000
const PAGE_MAX = 50

/** Everything that waits for somebody's approval. */
export function RequestsPage() {
  const [all, setAll] = useState(false)
  const asked = { all, max_results: PAGE_MAX }
  const pages = usePages('GET /api/2.0/millrace/promotions/requests', asked, (of) => of.promotion_requests, { refetch_ms: LIVE_MS })
  const requests = pages.items
  return (
    <>
      <title>Requests · Millrace</title>
      <div className="heading">
        <h1>Requests</h1>
        <label className="check-line">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} /> Also those that are done
        </label>
      </div>
      {pages.error && <Problem error={pages.error} retry={pages.retry} />}
      {pages.isPending && <Loading />}
      {pages.first && requests.length === 0 && (
        <Empty title="Nothing waits for an approval">
          <p>
            Where a policy protects an alias or a stage, such as @champion or Production, moving a version there opens a request here.
            Somebody else than its author approves or rejects it, with a reason.
          </p>
        </Empty>
      )}
      <Requests requests={requests} />
      <More pages={pages} noun="request" />
    </>
  )
}
