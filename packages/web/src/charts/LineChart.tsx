import { type RefObject, useCallback, useMemo, useState } from 'react'
import { metric as shown } from '../format.ts'
import { across, drawAxes, upward } from './plot/frame.ts'
import { type Draw, Plot, type Saver, type Sheet } from './plot/Plot.tsx'
import { extentOf, linearScale, logScale, type Scale, timeScale } from './plot/scale.ts'

/** A line, with a gap where a value is null; with a band around it where it is the mean of several. */
export type Line = {
  readonly name: string
  readonly color: string
  readonly x: readonly number[]
  readonly y: readonly (number | null)[]
  readonly low?: readonly number[]
  readonly high?: readonly number[]
}
/** Steps, moments in milliseconds since 1970, or milliseconds since a run began. */
export type Along = 'step' | 'logstep' | 'time' | 'relative'

type Props = {
  readonly lines: readonly Line[]
  readonly x: Along
  readonly height?: number
  readonly log?: boolean
  readonly range?: readonly [number, number] | undefined
  /** A range that somebody dragged over; undefined when the whole is wanted again. */
  readonly onZoom?: (range: readonly [number, number] | undefined) => void
  readonly label: string
  readonly saver?: RefObject<Saver | null>
}

const HEIGHT_PX = 224
const DRAGGED_MIN_PX = 5
const HOUR_MS = 3_600_000

type Scales = { readonly x: Scale; readonly y: Scale }

/** Lines over one another. Dragging zooms, a double click shows the whole again; the cursor says every line's value. */
export function LineChart({ lines, x, height = HEIGHT_PX, log = false, range, onZoom, label, saver }: Props) {
  const [hover, setHover] = useState<{ left: number; from?: number; sheet: Sheet }>()
  const scalesOf = useScales(lines, x, log, range)
  const draw = useCallback<Draw>(
    (pen, sheet) => {
      const scales = scalesOf(sheet)
      drawAxes(pen, sheet, scales.x, scales.y, x === 'relative' ? { x: 'since the start' } : {})
      for (const line of lines) {
        const left = line.x.map(scales.x.of)
        if (line.low && line.high) pen.area(left, line.low.map(scales.y.of), line.high.map(scales.y.of), line.color, 0.16)
        const top = line.y.map((value) => (value === null ? null : scales.y.of(value)))
        pen.line(left, top, line.color)
      }
    },
    [lines, scalesOf, x],
  )
  const onPointer = (event: React.PointerEvent, sheet: Sheet): void => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left
    if (event.type === 'pointerleave') setHover(undefined)
    else if (event.type === 'pointerdown') setHover({ left, from: left, sheet })
    else if (event.type === 'pointerup') {
      const from = hover?.from
      if (from !== undefined && Math.abs(from - left) > DRAGGED_MIN_PX) {
        const { x: scale } = scalesOf(sheet)
        onZoom?.([scale.back(Math.min(from, left)), scale.back(Math.max(from, left))])
      }
      setHover({ left, sheet })
    } else setHover({ left, sheet, ...(hover?.from !== undefined && { from: hover.from }) })
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button "Whole" does the same
    <div className="plot" onDoubleClick={() => onZoom?.(undefined)}>
      <Plot draw={draw} height={height} label={label} saver={saver} onPointer={onPointer}>
        {hover?.from !== undefined && (
          <span className="dragged" style={{ left: Math.min(hover.from, hover.left), width: Math.abs(hover.left - hover.from) }} />
        )}
        {hover && hover.from === undefined && <Told lines={lines} x={x} scale={scalesOf(hover.sheet).x} hover={hover} />}
      </Plot>
    </div>
  )
}

function useScales(lines: readonly Line[], x: Along, log: boolean, range: Props['range']): (sheet: Sheet) => Scales {
  const [wide, tall] = useMemo(() => {
    const values = lines.flatMap((line) => [line.y, ...(line.low && line.high ? [line.low, line.high] : [])])
    const counted = log ? values.map((list) => list.map((value) => (value !== null && value > 0 ? value : null))) : values
    return [extentOf(lines.map((line) => line.x)), extentOf(counted)] as const
  }, [lines, log])
  return useCallback(
    (sheet) => {
      const ends = range ?? wide ?? [0, 1]
      const y = log ? logScale(tall ?? [1, 10], upward(sheet)) : linearScale(padded(tall ?? [0, 1]), upward(sheet))
      if (x === 'time') return { x: timeScale(ends, across(sheet), Math.max(2, sheet.width / 120)), y }
      if (x === 'logstep') return { x: logScale([Math.max(1, ends[0]), Math.max(1, ends[1])], across(sheet)), y }
      const plain = linearScale(
        x === 'relative' ? [ends[0] / HOUR_MS, ends[1] / HOUR_MS] : ends,
        across(sheet),
        Math.max(2, sheet.width / 120),
      )
      if (x === 'step') return { x: plain, y }
      const hours = plain.ticks.map(({ value, label }) => ({ value: value * HOUR_MS, label: `${label} h` }))
      return { x: { of: (ms) => plain.of(ms / HOUR_MS), back: (pixel) => plain.back(pixel) * HOUR_MS, ticks: hours }, y }
    },
    [wide, tall, x, log, range],
  )
}

const padded = ([low, high]: readonly [number, number]): readonly [number, number] => {
  const room = (high - low) * 0.04
  return [low - room, high + room]
}

/** The place of the value that is nearest, in a list in ascending order. */
function nearest(list: readonly number[], value: number): number {
  let low = 0
  let high = list.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((list[middle] as number) < value) low = middle
    else high = middle
  }
  return Math.abs((list[low] as number) - value) <= Math.abs((list[high] as number) - value) ? low : high
}

type ToldProps = { lines: readonly Line[]; x: Along; scale: Scale; hover: { left: number; sheet: Sheet } }

/** What every line is at the cursor, the highest first. */
function Told({ lines, x, scale, hover: { left, sheet } }: ToldProps) {
  const wanted = scale.back(left)
  const told = lines.flatMap((line) => {
    if (line.x.length === 0) return []
    const at = nearest(line.x, wanted)
    const value = line.y[at]
    return value === null || value === undefined ? [] : [{ ...line, at: line.x[at] as number, value, band: bandAt(line, at) }]
  })
  if (told.length === 0) return null
  const first = told.reduce((best, one) => (Math.abs(one.at - wanted) < Math.abs(best.at - wanted) ? one : best))
  const isRight = left > sheet.width / 2
  return (
    <>
      <span className="cursor" style={{ left: scale.of(first.at) }} />
      <div className="tip" style={isRight ? { right: sheet.width - left + 12 } : { left: left + 12 }}>
        <strong>{placeOf(first.at, x)}</strong>
        <div className={told.length > 12 ? 'told many' : 'told'}>
          {told
            .sort((a, b) => b.value - a.value)
            .map(({ name, color, value, band }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two runs may have one name
              <div key={at}>
                <svg width="8" height="8" aria-hidden="true">
                  <circle cx="4" cy="4" r="4" fill={color} />
                </svg>
                <b>{shown(value)}</b>
                {band} {name}
              </div>
            ))}
        </div>
      </div>
    </>
  )
}

const bandAt = ({ low, high }: Line, at: number): string =>
  low && high ? ` (${shown(low[at] as number)} to ${shown(high[at] as number)})` : ''

function placeOf(at: number, x: Along): string {
  if (x === 'time') return new Date(at).toLocaleString('en-GB')
  return x === 'relative' ? `${(at / HOUR_MS).toFixed(3)} h since the start` : `step ${Math.round(at)}`
}
