import { useState } from 'react'
import { api, sentenceOf, useApi } from '../api.ts'
import { bytes } from '../format.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { Table } from '../parts/Table.tsx'
import { usePages } from '../parts/use-pages.ts'
import { say } from '../shell/Toasts.tsx'
import { Meter } from './Meter.tsx'
import { Trash } from './Trash.tsx'

const SEARCH = 'POST /api/2.0/mlflow/experiments/search'
const PAGE_MAX = 100

/** What takes room, and what is in the trash. */
export function Storage() {
  return (
    <div className="stack">
      <Room />
      <Experiments />
      <Trash />
    </div>
  )
}

function Room() {
  const found = useApi('GET /api/2.0/millrace/health/status', {})
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading lines={3} />
  const { artifacts, database } = found.data
  return (
    <section>
      <h2>Room</h2>
      <dl className="facts spaced">
        <dt>Artifacts</dt>
        <dd>
          <span className="mono">{artifacts.place}</span>
          {artifacts.free_bytes !== undefined && artifacts.total_bytes !== undefined && (
            <Meter of={artifacts.total_bytes} free={artifacts.free_bytes} />
          )}
        </dd>
        <dt>Database</dt>
        <dd>
          {bytes(database.bytes)} in {database.kind}
        </dd>
      </dl>
    </section>
  )
}

type Measured = { readonly files: number; readonly bytes: number; readonly reachable: boolean }

function Experiments() {
  const pages = usePages(SEARCH, { max_results: PAGE_MAX, view_type: 'ALL' }, (of) => of.experiments)
  const [sizes, setSizes] = useState<ReadonlyMap<string, Measured>>(new Map())
  const [busy, setBusy] = useState(false)
  const experiments = pages.items
  const left = experiments.filter(({ experiment_id }) => !sizes.has(experiment_id))
  const measure = async (): Promise<void> => {
    setBusy(true)
    // Those that came by another page are measured for themselves; when none is left, all are measured anew.
    const measured = new Map(left.length > 0 ? sizes : [])
    try {
      // One after the other: each looks at every file, and the server has other things to do.
      for (const { experiment_id } of left.length > 0 ? left : experiments) {
        measured.set(experiment_id, await api.call('GET /api/2.0/millrace/experiments/storage', { experiment_id }))
        setSizes(new Map(measured))
      }
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    }
    setBusy(false)
  }
  const sizeOf = (id: string): number => sizes.get(id)?.bytes ?? -1
  const sorted = busy ? experiments : experiments.toSorted((a, b) => sizeOf(b.experiment_id) - sizeOf(a.experiment_id))
  const all = [...sizes.values()].reduce((sum, one) => sum + one.bytes, 0)
  if (pages.error) return <Problem error={pages.error} retry={pages.retry} />
  return (
    <section>
      <div className="heading">
        <h2 className="grow">Artifacts by experiment</h2>
        {sizes.size > 0 && !busy && (
          <span className="faint">
            {bytes(all)} in {pages.hasMore || left.length > 0 ? 'those measured' : 'all'}
          </span>
        )}
        <button type="button" disabled={busy || experiments.length === 0} onClick={() => void measure()}>
          {busy
            ? `Measuring ${sizes.size} of ${experiments.length}…`
            : sizes.size > 0 && left.length > 0
              ? `Measure ${left.length.toLocaleString('en-GB')} more`
              : 'Measure'}
        </button>
      </div>
      {pages.isPending && <Loading lines={3} />}
      {sizes.size === 0 && !busy && <p className="faint">Files are counted where they lie, when you ask: that may take a while.</p>}
      {sizes.size > 0 && (
        <Table
          label="Artifacts by experiment"
          tall
          columns={['Experiment', { title: 'Files', look: 'number' }, { title: 'Bytes', look: 'number' }]}
        >
          {sorted.map(({ experiment_id, name, lifecycle_stage }) => {
            const size = sizes.get(experiment_id)
            return (
              <tr key={experiment_id}>
                <td className="wide" title={name}>
                  {name} {lifecycle_stage === 'deleted' && <span className="chip">in the trash</span>}
                </td>
                <td className="number">{size?.reachable ? size.files.toLocaleString('en-GB') : ''}</td>
                <td className="number">{size === undefined ? '…' : size.reachable ? bytes(size.bytes) : 'elsewhere'}</td>
              </tr>
            )
          })}
        </Table>
      )}
      {sizes.size > 0 && <More pages={pages} noun="experiment" />}
    </section>
  )
}
