import type { Output } from '@millrace/client'
import { useState } from 'react'
import { api, sentenceOf } from '../api.ts'
import { bytes, count } from '../format.ts'
import { Code } from '../parts/Copy.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { ACTIONS, Table } from '../parts/Table.tsx'
import { Time } from '../parts/Time.tsx'
import { usePages } from '../parts/use-pages.ts'
import { act } from '../shell/act.ts'
import { say } from '../shell/Toasts.tsx'

const LIST = 'GET /api/2.0/millrace/trash/list'
const PAGE_MAX = 100
const KINDS = { experiment: 'experiment', run: 'run', logged_model: 'logged model' } as const

type Item = Output<typeof LIST>['items'][number]
type Way = (id: string) => Promise<unknown>

/** How each kind comes back, and goes again. */
const WAYS: Record<Item['kind'], { back: Way; again: Way }> = {
  experiment: {
    back: (experiment_id) => api.experiments.restore({ experiment_id }),
    again: (experiment_id) => api.experiments.delete({ experiment_id }),
  },
  run: { back: (run_id) => api.runs.restore({ run_id }), again: (run_id) => api.runs.delete({ run_id }) },
  logged_model: {
    back: (model_id) => api.call('POST /api/2.0/millrace/logged-models/restore', { model_id }),
    again: (model_id) => api.call('DELETE /api/2.0/mlflow/logged-models/{model_id}', { model_id }),
  },
}
type Measured = Output<'GET /api/2.0/millrace/trash/measure'>

/** What was deleted, a way back, and what emptying the trash would free. */
export function Trash() {
  const pages = usePages(LIST, { max_results: PAGE_MAX }, (answer) => answer.items)
  const { items, first, isPending, error } = pages
  if (error) return <Problem error={error} retry={pages.retry} />
  if (isPending) return <Loading />
  const parts = [
    first?.experiments && count(first.experiments, 'experiment'),
    first?.runs && count(first.runs, 'run'),
    first?.logged_models && count(first.logged_models, 'logged model'),
  ].filter(Boolean)
  return (
    <section>
      <h2>Trash</h2>
      {items.length === 0 && (
        <p className="faint">It is empty. What is deleted lies here until the trash is emptied, and can be brought back.</p>
      )}
      {items.length > 0 && (
        <>
          <p>{parts.join(', ')}. They stay until somebody empties the trash on the server’s machine; nothing goes by itself.</p>
          <Measure />
          <Table label="Trash" tall columns={['What', 'Name', 'In', 'Deleted', ACTIONS]}>
            {items.map((item) => (
              <TrashRow key={`${item.kind} ${item.id}`} item={item} />
            ))}
          </Table>
        </>
      )}
      <More pages={pages} noun="thing" total={first && first.experiments + first.runs + first.logged_models} />
    </section>
  )
}

function TrashRow({ item }: { item: Item }) {
  const { kind, name, experiment_name, deleted_ms, runs } = item
  const { back, again } = WAYS[kind]
  return (
    <tr>
      <td>
        {KINDS[kind]}
        {runs !== undefined && <span className="faint"> with {count(runs, 'run')}</span>}
      </td>
      <td className="wide" title={name}>
        {name}
      </td>
      <td className="wide" title={experiment_name}>
        {kind === 'experiment' ? '' : experiment_name}
      </td>
      <td>
        <Time at={deleted_ms} />
      </td>
      <td>
        <button
          type="button"
          className="quiet"
          onClick={() =>
            void act(() => back(item.id), {
              done: `“${name}” is back.`,
              undo: () => again(item.id),
              changes: [LIST, 'POST /api/2.0/mlflow/experiments/search'],
            })
          }
          aria-label={`Bring back the ${KINDS[kind]} ${name}`}
        >
          Bring back
        </button>
      </td>
    </tr>
  )
}

function Measure() {
  const [days, setDays] = useState(30)
  const [measured, setMeasured] = useState<Measured & { days: number }>()
  const [busy, setBusy] = useState(false)
  const measure = async (): Promise<void> => {
    setBusy(true)
    try {
      setMeasured({ ...(await api.call('GET /api/2.0/millrace/trash/measure', { older_than_s: days * 86_400 })), days })
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    }
    setBusy(false)
  }
  return (
    <>
      <div className="bar">
        <label>
          What was deleted{' '}
          <select value={days} onChange={(event) => setDays(Number(event.target.value))}>
            <option value={0}>at any time</option>
            <option value={7}>a week ago or longer</option>
            <option value={30}>30 days ago or longer</option>
          </select>
        </label>
        <button type="button" disabled={busy} onClick={() => void measure()}>
          {busy ? 'Measuring…' : 'What would emptying free?'}
        </button>
      </div>
      {measured && <Freed measured={measured} />}
    </>
  )
}

function Freed({
  measured: { experiments, runs, logged_models, files, bytes: freed, left, left_in_all, days },
}: {
  measured: Measured & { days: number }
}) {
  const nothing = experiments + runs + logged_models + files === 0
  return (
    <div className="card spaced" role="status">
      <p>
        {nothing
          ? 'Nothing would be removed.'
          : `Emptying removes ${count(experiments, 'experiment')}, ${count(runs, 'run')} and ${count(logged_models, 'logged model')} for good, and frees ${bytes(freed)} in ${count(files, 'file')}.`}
      </p>
      {!nothing && <Code text={days === 0 ? 'millrace gc' : `millrace gc --older-than ${days}d`} />}
      {left.length > 0 && (
        <details>
          <summary>{count(left_in_all, 'thing')} would stay</summary>
          <ul>
            {left.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
