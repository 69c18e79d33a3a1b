import { useState } from 'react'
import { Code } from '../parts/Copy.tsx'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { usePages } from '../parts/use-pages.ts'
import { RolloutCard } from './RolloutCard.tsx'
import './models.css'

const LIVE_MS = 5_000
const PAGE_MAX = 50

/** The rollouts of all models. */
export function RolloutsPage() {
  const [all, setAll] = useState(true)
  const asked = { all, max_results: PAGE_MAX }
  const pages = usePages('GET /api/2.0/millrace/rollouts/list', asked, (of) => of.rollouts, { refetch_ms: LIVE_MS })
  const rollouts = pages.items
  return (
    <>
      <title>Rollouts · Millrace</title>
      <div className="heading">
        <h1>Rollouts</h1>
        <label className="check-line">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} /> Also those that are over
        </label>
      </div>
      {pages.error && <Problem error={pages.error} retry={pages.retry} />}
      {pages.isPending && <Loading />}
      {pages.first && rollouts.length === 0 && (
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
      <More pages={pages} noun="rollout" />
    </>
  )
}
