import { useState } from 'react'
import { useApi } from '../api.ts'
import { Code } from '../parts/Copy.tsx'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { RolloutCard } from './RolloutCard.tsx'
import './models.css'

const LIVE_MS = 5_000
const SHOWN_MAX = 50

/** The rollouts of all models. */
export function RolloutsPage() {
  const [all, setAll] = useState(true)
  const found = useApi('GET /api/2.0/millrace/rollouts/list', { all, max_results: SHOWN_MAX }, { refetch_ms: LIVE_MS, keep: true })
  const rollouts = found.data?.rollouts ?? []
  return (
    <>
      <title>Rollouts · Millrace</title>
      <div className="heading">
        <h1>Rollouts</h1>
        <label className="check-line">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} /> Also those that are over
        </label>
      </div>
      {found.isError && <Problem error={found.error} retry={() => found.refetch()} />}
      {found.isPending && <Loading />}
      {found.data && rollouts.length === 0 && (
        <Empty title={all ? 'Nothing was rolled out yet' : 'No rollout goes on'}>
          <p>
            A rollout lets a new version answer a part of an alias’s requests, then more of them. The processes that serve report errors,
            times and predictions; when the new version does worse, it goes back by itself and says why.
          </p>
          <Code text="millrace rollout start models:/churn/7 --alias champion" />
        </Empty>
      )}
      <div className="stack">
        {rollouts.map((rollout) => (
          <RolloutCard key={rollout.rollout_id} rollout={rollout} of="model" />
        ))}
      </div>
      {found.data?.next_page_token && <p className="faint">The newest {SHOWN_MAX} are shown; each model’s page has its own.</p>}
    </>
  )
}
