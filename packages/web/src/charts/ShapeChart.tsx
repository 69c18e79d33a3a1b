import { Link } from '@tanstack/react-router'
import { useMemo, useRef, useState } from 'react'
import { useApi } from '../api.ts'
import { count } from '../format.ts'
import { Loading } from '../parts/Loading.tsx'
import { type Column, columnOf, type Names, namesAsColumns, type View } from '../runs/view.ts'
import type { Saver, Sheet } from './plot/Plot.tsx'
import { Plot } from './plot/Plot.tsx'
import { type Mark, type Shape, type Shaped, shaped } from './shapes.ts'

const TABLE = 'POST /api/2.0/millrace/runs/table'
const RUNS_MAX = 1_000
const HEIGHT_PX = 420
const NEAR_PX = 14
const AXES: Record<Shape, readonly string[]> = {
  scatter: ['Across', 'Upward'],
  bar: ['Value'],
  parallel: [],
  contour: ['Across', 'Upward', 'Height'],
}

type Props = {
  experimentId: string
  shape: Shape
  names: Names | undefined
  view: View
  change: (part: Partial<View>) => void
}

/** Runs as points, bars or lines across axes, by values that each has once: params, and the latest of each metric. */
export function ShapeChart({ experimentId, shape, names, view, change }: Props) {
  const choices = useMemo(() => namesAsColumns(names).filter(({ kind }) => kind !== 'tags'), [names])
  const columns = useMemo(() => axesOf(shape, view.axes, choices), [shape, view.axes, choices])
  const named = (kind: Column['kind']): string[] => columns.filter((column) => column.kind === kind).map(({ name }) => name)
  const found = useApi(
    TABLE,
    {
      experiment_ids: [experimentId],
      filter: view.filter ?? '',
      run_view_type: view.deleted ? 'DELETED_ONLY' : 'ACTIVE_ONLY',
      order_by: view.order ? [view.order] : [],
      max_results: RUNS_MAX,
      metrics: named('metrics'),
      params: named('params'),
    },
    { keep: true, enabled: columns.length > 0 },
  )
  const drawing = useMemo(() => shaped(shape, found.data?.rows ?? [], columns), [shape, found.data, columns])
  const setAxis = (place: number, id: string): void => {
    const ids = columns.map((column) => column.id)
    change({ axes: id === '' ? ids.toSpliced(place, 1) : ids.toSpliced(place, 1, id) })
  }
  return (
    <>
      <div className="bar">
        {columns.map(({ id }, place) => (
          <label key={id}>
            {AXES[shape][place] ?? `Axis ${place + 1}`}{' '}
            <select value={id} onChange={(event) => setAxis(place, event.target.value)}>
              {shape === 'parallel' && columns.length > 2 && <option value="">(leave out)</option>}
              {choices.map((choice) => (
                <option key={choice.id} value={choice.id}>
                  {choice.id}
                </option>
              ))}
            </select>
          </label>
        ))}
        {shape === 'parallel' && choices.length > columns.length && (
          <button
            type="button"
            onClick={() => {
              const next = choices.find(({ id }) => !columns.some((column) => column.id === id))
              if (next) change({ axes: [...columns.map(({ id }) => id), next.id] })
            }}
          >
            Add an axis
          </button>
        )}
      </div>
      {found.isPending && columns.length > 0 && <Loading />}
      {columns.length === 0 && <p className="faint">These runs have logged too little for this chart.</p>}
      {found.data && columns.length > 0 && <Drawing experimentId={experimentId} shape={shape} drawing={drawing} />}
      {found.data?.next_page_token && <p className="faint">The first {count(RUNS_MAX, 'run')} are drawn: filter or sort for others.</p>}
    </>
  )
}

/** What the view says; else what there is, metrics last: a param across and a metric upward. */
function axesOf(shape: Shape, chosen: readonly string[] | undefined, choices: readonly Column[]): Column[] {
  const wanted = { scatter: 2, bar: 1, parallel: 5, contour: 3 }[shape]
  const given = (chosen ?? []).flatMap((id) => columnOf(id) ?? [])
  if (shape === 'parallel' && given.length >= 2) return given
  const metrics = choices.filter(({ kind, name }) => kind === 'metrics' && !name.startsWith('system/'))
  const params = choices.filter(({ kind }) => kind === 'params')
  const inTurn = shape === 'bar' ? [...metrics, ...params] : [...params.slice(0, wanted - 1), ...metrics, ...params.slice(wanted - 1)]
  const all = [...given, ...inTurn.filter(({ id }) => !given.some((one) => one.id === id))]
  return all.length < (shape === 'bar' ? 1 : 2) || (shape === 'contour' && all.length < 3) ? [] : all.slice(0, wanted)
}

function Drawing({ experimentId, shape, drawing }: { experimentId: string; shape: Shape; drawing: Shaped }) {
  const saver = useRef<Saver>(null)
  const [at, setAt] = useState<{ mark: Mark; left: number; top: number; width: number }>()
  const onPointer = (event: React.PointerEvent, sheet: Sheet): void => {
    const box = event.currentTarget.getBoundingClientRect()
    const [left, top] = [event.clientX - box.left, event.clientY - box.top]
    const mark = event.type === 'pointerleave' ? undefined : drawing.markAt(left, top, sheet, NEAR_PX)
    setAt(mark && { mark, left, top, width: sheet.width })
  }
  const save = (as: 'png' | 'svg'): void => saver.current?.save(shape, as, [])
  return (
    <section className="chart">
      <header>
        <h2>{drawing.title}</h2>
        <span>
          <button type="button" className="quiet" onClick={() => save('svg')}>
            SVG
          </button>
          <button type="button" className="quiet" onClick={() => save('png')}>
            PNG
          </button>
        </span>
      </header>
      <div className="plot">
        <Plot
          draw={drawing.draw}
          height={HEIGHT_PX}
          label={`${drawing.title}, of ${drawing.marks.length} runs`}
          saver={saver}
          onPointer={onPointer}
        >
          {at && (
            <div
              className="tip"
              style={at.left > at.width / 2 ? { right: at.width - at.left + 12, top: at.top } : { left: at.left + 12, top: at.top }}
            >
              <strong>{at.mark.name}</strong>
              {at.mark.told.map((line) => (
                <div key={line}>{line}</div>
              ))}
            </div>
          )}
        </Plot>
      </div>
      <p className="faint note">
        {count(drawing.marks.length, 'run')} {drawing.marks.length === 1 ? 'is' : 'are'} drawn
        {drawing.left_out > 0 && `, ${drawing.left_out} have no number for one of these`}.{' '}
        {drawing.best && (
          <>
            Highest:{' '}
            <Link to="/experiments/$experimentId/runs/$runId" params={{ experimentId, runId: drawing.best.run_id }}>
              {drawing.best.name}
            </Link>
          </>
        )}
      </p>
    </section>
  )
}
