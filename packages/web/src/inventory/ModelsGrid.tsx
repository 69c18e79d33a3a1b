import { useQueries } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useRef } from 'react'
import { api, useApi } from '../api.ts'
import { bytes, count } from '../format.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { askedBy, type FoundModel } from './found-models.ts'
import type { Order, View } from './view.ts'

const ROW_PX = 34
const AHEAD = 12
const PAGE = 200
const ROUTE = 'GET /api/2.0/millrace/inventory/reports/{report_id}/models'

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

/** The models of an inventory that a filter lets through. */
export function ModelsGrid(props: Props) {
  const { reportId, view } = props
  const found = useApi(ROUTE, { ...askedBy(reportId, view), offset: 0, max_results: PAGE }, { keep: true })
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading lines={10} />
  // Another filter or order begins at its top.
  const key = JSON.stringify([view.status, view.search, view.order])
  if (found.data.total > 0) return <Grid key={key} {...props} total={found.data.total} />
  const isFiltered = view.status !== undefined || view.search !== undefined
  return <p className="faint">{isFiltered ? 'Nothing is found by this filter.' : 'No model was found there.'}</p>
}

/** Only rows that can be seen exist, and only the pages around them are fetched. */
function Grid({ reportId, view, setOrder, total }: Props & { readonly total: number }) {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: total, getScrollElement: () => scroller.current, estimateSize: () => ROW_PX, overscan: AHEAD })
  const items = virtual.getVirtualItems()
  const from = Math.floor((items[0]?.index ?? 0) / PAGE)
  const pages = Array.from({ length: Math.floor((items.at(-1)?.index ?? 0) / PAGE) - from + 1 }, (_, at) => from + at)
  const asked = useQueries({
    queries: pages.map((page) => {
      const input = { ...askedBy(reportId, view), offset: page * PAGE, max_results: PAGE }
      return { queryKey: [ROUTE, input], queryFn: ({ signal }: { signal: AbortSignal }) => api.call(ROUTE, input, { signal }) }
    }),
  })
  const modelAt = (index: number): FoundModel | undefined => asked[Math.floor(index / PAGE) - from]?.data?.models[index % PAGE]
  return (
    <>
      <div ref={scroller} className="grid inventory" role="grid" aria-label="Models" aria-rowcount={total + 1} tabIndex={0}>
        <Head order={view.order ?? 'status'} setOrder={setOrder} />
        <div className="body" role="rowgroup" style={{ height: total * ROW_PX }}>
          {items.map(({ index, start }) => (
            <Row key={index} index={index} start={start} model={modelAt(index)} />
          ))}
        </div>
      </div>
      <p className="faint" aria-live="polite">
        {count(total, 'model')}
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
