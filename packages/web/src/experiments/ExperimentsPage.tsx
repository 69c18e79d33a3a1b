import type { Output } from '@millrace/client'
import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, refresh, sentenceOf } from '../api.ts'
import { nameFilter } from '../filters.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { Search } from '../parts/Search.tsx'
import { Time } from '../parts/Time.tsx'
import { usePages } from '../parts/use-pages.ts'
import { useLiveExperiments } from '../runs/live.ts'
import { say } from '../shell/Toasts.tsx'
import { FirstRun } from './FirstRun.tsx'

const SEARCH = 'POST /api/2.0/mlflow/experiments/search'
const ACTIVITY = 'GET /api/2.0/millrace/experiments/activity'
// So many ids fit into an address, too.
const PAGE_MAX = 200
const ASKED_MS = 30_000

/** All experiments, by their last change; search, create, rename, delete and bring back. */
export function ExperimentsPage() {
  const [typed, setTyped] = useState('')
  const [deleted, setDeleted] = useState(false)
  const filter = nameFilter(typed)
  useLiveExperiments(SEARCH, ACTIVITY)
  const pages = usePages(
    SEARCH,
    {
      max_results: PAGE_MAX,
      order_by: ['last_update_time DESC'],
      view_type: deleted ? 'DELETED_ONLY' : 'ACTIVE_ONLY',
      ...(filter !== '' && { filter }),
    },
    (answer) => answer.experiments,
    { refetch_ms: ASKED_MS },
  )
  const experiments = pages.items
  const busy = useActivity(experiments.map(({ experiment_id }) => experiment_id))
  // A new workspace has not even the experiment that a new server has.
  const isCounted = pages.first !== undefined && experiments.every(({ experiment_id }) => busy.has(experiment_id))
  const isFresh = isCounted && !deleted && typed === '' && [...busy.values()].every(({ runs }) => runs === 0)
  return (
    <>
      <div className="heading">
        <h1>Experiments</h1>
        <NewExperiment />
      </div>
      <div className="bar">
        <Search label="Search experiments by name" placeholder="Search by name" value={typed} onChange={setTyped} />
        <label className="check-line">
          <input type="checkbox" checked={deleted} onChange={(event) => setDeleted(event.target.checked)} /> In the trash
        </label>
      </div>
      {pages.error && <Problem error={pages.error} retry={pages.retry} />}
      {pages.isPending && <Loading />}
      {isFresh && <FirstRun />}
      {pages.first && experiments.length === 0 && !isFresh && (
        <p className="faint">{deleted ? 'The trash is empty.' : 'No experiment has that name.'}</p>
      )}
      {experiments.length > 0 && (
        <Scroll label="Experiments">
          <table>
            <thead>
              <tr>
                <th>Name</th>
                <th className="number">Runs</th>
                <th>Last run</th>
                <th>Changed</th>
                <th>
                  <span className="hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {experiments.map(({ experiment_id, name, last_update_time }) => (
                <tr key={experiment_id}>
                  <td className="wide">
                    <Link to="/experiments/$experimentId" params={{ experimentId: experiment_id }} search={{}} title={name}>
                      {name}
                    </Link>
                  </td>
                  <td className="number">{busy.get(experiment_id)?.runs.toLocaleString('en-GB') ?? '…'}</td>
                  <td>{busy.has(experiment_id) && <Time at={busy.get(experiment_id)?.last_start_time} />}</td>
                  <td>
                    <Time at={last_update_time} />
                  </td>
                  <td>
                    <Trash id={experiment_id} name={name} deleted={deleted} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <More pages={pages} noun="experiment" />
    </>
  )
}

type Activity = Output<typeof ACTIVITY>['experiments'][number]

/** How much goes on in experiments, of as many at a time as a page has: the first are not counted again when there are more. */
function useActivity(ids: readonly string[]): ReadonlyMap<string, Activity> {
  const parts = Array.from({ length: Math.ceil(ids.length / PAGE_MAX) }, (_, at) => ids.slice(at * PAGE_MAX, (at + 1) * PAGE_MAX))
  return useQueries({
    queries: parts.map((experiment_ids) => ({
      queryKey: [ACTIVITY, { experiment_ids }],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.call(ACTIVITY, { experiment_ids: [...experiment_ids] }, { signal }),
      refetchInterval: ASKED_MS,
      placeholderData: keepPreviousData,
    })),
    combine: (answers) =>
      new Map(
        answers.flatMap(({ data, isSuccess, isPlaceholderData }, at) => [
          // One without runs is not counted among them.
          ...(isSuccess && !isPlaceholderData ? (parts[at] ?? []) : []).map((id) => [id, { experiment_id: id, runs: 0 }] as const),
          ...(data?.experiments ?? []).map((one) => [one.experiment_id, one] as const),
        ]),
      ),
  })
}

function NewExperiment() {
  const [open, setOpen] = useState(false)
  const [name, setName] = useState('')
  const [problem, setProblem] = useState('')
  const navigate = useNavigate()
  const create = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    try {
      const { experiment_id } = await api.experiments.create({ name })
      await refresh(SEARCH)
      await navigate({ to: '/experiments/$experimentId', params: { experimentId: experiment_id }, search: {} })
    } catch (error) {
      setProblem(sentenceOf(error))
    }
  }
  if (!open) {
    return (
      <button type="button" className="main" onClick={() => setOpen(true)}>
        New experiment
      </button>
    )
  }
  return (
    <form className="bar" onSubmit={create}>
      <input
        autoFocus
        aria-label="Name of the new experiment"
        placeholder="Name"
        value={name}
        aria-invalid={problem !== ''}
        aria-describedby="new-problem"
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="main" disabled={name.trim() === ''}>
        Create
      </button>
      <button type="button" onClick={() => setOpen(false)}>
        Cancel
      </button>
      <span id="new-problem" className="bad" role="alert">
        {problem}
      </span>
    </form>
  )
}

function Trash({ id, name, deleted }: { id: string; name: string; deleted: boolean }) {
  const restore = async (): Promise<void> => {
    await api.experiments.restore({ experiment_id: id })
    await refresh(SEARCH)
  }
  const remove = async (): Promise<void> => {
    try {
      await api.experiments.delete({ experiment_id: id })
      say(`“${name}” is in the trash.`, { undo: () => void restore() })
      await refresh(SEARCH)
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    }
  }
  if (deleted) {
    return (
      <button type="button" className="quiet" onClick={restore} aria-label={`Bring back ${name}`}>
        Bring back
      </button>
    )
  }
  return (
    <button type="button" className="quiet" onClick={remove} aria-label={`Delete ${name}`}>
      Delete
    </button>
  )
}
