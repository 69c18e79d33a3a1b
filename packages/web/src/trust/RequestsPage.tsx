import { useState } from 'react'
import { useApi } from '../api.ts'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { Requests } from './Requests.tsx'

const LIVE_MS = 5_000

/** Everything that waits for somebody's approval. */
export function RequestsPage() {
  const [all, setAll] = useState(false)
  const found = useApi('GET /api/2.0/millrace/promotions/requests', { all, max_results: 100 }, { refetch_ms: LIVE_MS, keep: true })
  const requests = found.data?.promotion_requests ?? []
  return (
    <>
      <title>Requests · Millrace</title>
      <div className="heading">
        <h1>Requests</h1>
        <label className="check-line">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} /> Also those that are done
        </label>
      </div>
      {found.isError && <Problem error={found.error} retry={() => found.refetch()} />}
      {found.isPending && <Loading />}
      {found.data && requests.length === 0 && (
        <Empty title="Nothing waits for an approval">
          <p>
            Where a policy protects an alias or a stage, such as @champion or Production, moving a version there opens a request here.
            Somebody else than its author approves or rejects it, with a reason.
          </p>
        </Empty>
      )}
      <Requests requests={requests} />
    </>
  )
}
