import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useRef } from 'react'
import { api } from '../api.ts'
import { bytes, count } from '../format.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { askedBy, type FoundModel } from './export-models.ts'
import type { Order, View } from './view.ts'

const ROW_PX = 34
const AHEAD = 12
const PAGE = 200

type Column = { readonly label: string; readonly look: string; readonly order?: Order; readonly show: (model: FoundModel) => ReactNode }

const SIGN: Record<FoundModel['status'], { sign: string; tone: string }> = {
  malicious: { sign: '✕', tone: 'bad' },
  changed: { sign: '≠', tone: 'busy' },
  unknown: { sign: '?', tone: 'busy' },
  known: { sign: '✓', tone: 'good' },
}

const COLUMNS: readonly Column[] = [
  {
    label: 'Where',
    look: 'place',
    order: 'where',
    show: ({ where }) => (
      // The end of a path tells more than its beginning.
      <bdi title={where}>{where}</bdi>
    ),
  },
  { label: 'Kind', look: '', order: 'kind', show: ({ kind }) => kind },
  { label: 'Size', look: 'number', order: 'bytes', show: (model) => (model.bytes === undefined ? '' : bytes(model.bytes)) },
  { label: 'Owner', look: '', order: 'owner', show: ({ owner }) => <span title={owner}>{owner}</span> },
  { label: 'Registry', look: 'name-like', show: (model) => <Versions model={model} /> },
  {
    label: 'Scan',
    look: 'name-like',
    show: ({ scan, findings }) => (
      <span className={scan === 'malicious' ? 'bad' : ''} title={[scan, ...findings].join('\n')}>
        {[scan, ...findings].join(' ')}
      </span>
    ),
  },
  { label: 'SHA-256', look: 'mono', show: ({ sha256 }) => <span title={sha256}>{sha256?.slice(0, 12)}</span> },
]

function Versions({ model: { versions, known_in } }: { model: FoundModel }) {
  const [first] = versions
  if (first === undefined) return <span className="faint">none</span>
  const more = (known_in ?? versions.length) - 1
  return (
    <span title={versions.join('\n')}>
      {first}
      {more > 0 && ` and ${more.toLocaleString('en-GB')} more`}
    </span>
  )
}

type Props = { readonly reportId: string; readonly view: View; readonly setOrder: (order: Order | undefined) => void }

/** The models of an inventory. Only rows that can be seen exist, and only the pages around them are fetched. */
export function ModelsGrid({ reportId, view, setOrder }: Props) {
  const scroller = useRef<HTMLDivElement>(null)
  const total = useRef(0)
  const virtual = useVirtualizer({
    count: total.current,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: AHEAD,
  })
  const items = virtual.getVirtualItems()
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0]
  const from = Math.floor(first / PAGE)
  const pages = Array.from({ length: Math.floor(last / PAGE) - from + 1 }, (_, at) => from + at)
  const asked = useQueries({
    queries: pages.map((page) => {
      const input = { ...askedBy(reportId, view), offset: page * PAGE, max_results: PAGE }
      return {
        queryKey: ['GET /api/2.0/millrace/inventory/reports/{report_id}/models', input],
        queryFn: ({ signal }: { signal: AbortSignal }) => api.inventories.models(input, { signal }),
        placeholderData: keepPreviousData,
        // A complete inventory does not change.
        staleTime: Number.POSITIVE_INFINITY,
      }
    }),
  })
  const [one] = asked
  const found = asked.find(({ data }) => data !== undefined)?.data
  if (found) total.current = found.total
  if (one?.isError) return <Problem error={one.error} retry={() => one.refetch()} />
  if (!found) return <Loading lines={10} />
  if (found.total === 0) {
    const isFiltered = view.status !== undefined || view.search !== undefined
    return <p className="faint">{isFiltered ? 'Nothing is found by this filter.' : 'No model was found there.'}</p>
  }
  const modelAt = (index: number): FoundModel | undefined => asked[Math.floor(index / PAGE) - from]?.data?.models[index % PAGE]
  return (
    <>
      <div ref={scroller} className="grid inventory" role="grid" aria-label="Models" aria-rowcount={found.total + 1} tabIndex={0}>
        <Head order={view.order ?? 'status'} setOrder={setOrder} />
        <div className="body" role="rowgroup" style={{ height: found.total * ROW_PX }}>
          {items.map(({ index, start }) => (
            <Row key={index} index={index} start={start} model={modelAt(index)} />
          ))}
        </div>
      </div>
      <p className="faint" aria-live="polite">
        {count(found.total, 'model')}
      </p>
    </>
  )
}

function Head({ order, setOrder }: { order: Order; setOrder: (order: Order | undefined) => void }) {
  return (
    <div className="head" role="rowgroup">
      <div role="row" className="heads" aria-rowindex={1}>
        <Sorted label="Verdict" look="" by="status" order={order} setOrder={setOrder} />
        {COLUMNS.map(({ label, look, order: by }) => (
          <Sorted key={label} label={label} look={look} by={by} order={order} setOrder={setOrder} />
        ))}
      </div>
    </div>
  )
}

type Heading = { label: string; look: string; by?: Order | undefined; order: Order; setOrder: (order: Order | undefined) => void }

function Sorted({ label, look, by, order, setOrder }: Heading) {
  const isSorted = by === order
  const direction = by === 'bytes' ? 'descending' : 'ascending'
  return (
    <div role="columnheader" className={`cell ${look}`} {...(by && { 'aria-sort': isSorted ? direction : ('none' as const) })}>
      {by === undefined ? (
        label
      ) : (
        <button type="button" className={isSorted ? 'sorted' : ''} onClick={() => setOrder(by === 'status' ? undefined : by)}>
          {label} {isSorted && <span aria-hidden="true">{by === 'bytes' ? '↓' : '↑'}</span>}
        </button>
      )}
    </div>
  )
}

function Row({ index, start, model }: { index: number; start: number; model: FoundModel | undefined }) {
  return (
    <div role="row" aria-rowindex={index + 2} className="row" style={{ transform: `translateY(${start}px)` }}>
      <div role="gridcell" className="cell">
        {model ? (
          <span className={`status ${SIGN[model.status].tone}`}>
            <span aria-hidden="true">{SIGN[model.status].sign}</span> {model.status}
          </span>
        ) : (
          <span className="faint">…</span>
        )}
      </div>
      {COLUMNS.map(({ label, look, show }) => (
        <div key={label} role="gridcell" className={`cell ${look}`}>
          {model && show(model)}
        </div>
      ))}
    </div>
  )
}
