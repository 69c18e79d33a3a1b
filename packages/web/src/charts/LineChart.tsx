import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

export type Line = { readonly name: string; readonly color: string; readonly x: readonly number[]; readonly y: readonly (number | null)[] }

type Props = {
  readonly lines: readonly Line[]
  readonly x: 'step' | 'time'
  readonly height?: number
  readonly log?: boolean
  /** A range that somebody dragged over; undefined when the whole is wanted again. */
  readonly onZoom?: (range: readonly [number, number] | undefined) => void
  readonly label: string
}

const HEIGHT_PX = 224

/** Lines over one another. Dragging zooms, a double click shows the whole again; the cursor says each line's value. */
export function LineChart({ lines, x, height = HEIGHT_PX, log = false, onZoom, label }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const zoom = useRef(onZoom)
  zoom.current = onZoom
  useEffect(() => {
    const element = place.current
    if (!element) return
    const style = getComputedStyle(element)
    const color = (name: string): string => style.getPropertyValue(name) || style.color
    const axis = {
      stroke: style.color,
      grid: { stroke: resolve(element, color('--line')), width: 1 },
      ticks: { show: false },
      font: '11px system-ui',
    }
    const options: uPlot.Options = {
      width: Math.max(element.clientWidth, 120),
      height,
      legend: { show: false },
      scales: { x: { time: x === 'time' }, y: { distr: log ? 3 : 1 } },
      axes: [
        { ...axis, size: 28 },
        { ...axis, size: 52 },
      ],
      series: [
        {},
        ...lines.map((line) => ({ label: line.name, stroke: line.color, width: 1.5, spanGaps: true, points: { show: line.x.length < 2 } })),
      ],
      cursor: { drag: { x: true, y: false }, focus: { prox: 24 } },
      focus: { alpha: 0.25 },
      hooks: {
        setSelect: [
          (plot) => {
            const { left, width } = plot.select
            if (width > 4) zoom.current?.([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')])
          },
        ],
        setCursor: [(plot) => tell(plot, tip, lines, x)],
      },
    }
    const tip = document.createElement('div')
    tip.className = 'tip'
    const plot = new uPlot(
      options,
      lines.length === 0 ? [[]] : uPlot.join(lines.map((line) => [line.x, line.y] as unknown as uPlot.AlignedData)),
      element,
    )
    plot.over.append(tip)
    plot.over.addEventListener('dblclick', () => zoom.current?.(undefined))
    const watch = new ResizeObserver(() => plot.setSize({ width: Math.max(element.clientWidth, 120), height }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      plot.destroy()
    }
  }, [lines, x, height, log])
  return <div ref={place} className="canvas" role="img" aria-label={label} />
}

/** A canvas knows no `light-dark()`: the browser works it out as the colour of something. */
function resolve(element: HTMLElement, color: string): string {
  const probe = document.createElement('span')
  probe.style.color = color
  element.append(probe)
  const found = getComputedStyle(probe).color
  probe.remove()
  return found
}

const TOLD_MAX = 12

function tell(plot: uPlot, tip: HTMLElement, lines: readonly Line[], x: 'step' | 'time'): void {
  const { idx, left = 0 } = plot.cursor
  if (idx === null || idx === undefined || left < 0) {
    tip.hidden = true
    return
  }
  const at = plot.data[0][idx] ?? 0
  const values = lines.flatMap((line, index) => {
    const value = plot.data[index + 1]?.[idx]
    return value === null || value === undefined ? [] : [{ name: line.name, color: line.color, value }]
  })
  const head = document.createElement('strong')
  head.textContent = x === 'time' ? new Date(at * 1_000).toLocaleString('en-GB') : `step ${at}`
  const rows = values.slice(0, TOLD_MAX).map(({ name, color, value }) => {
    const row = document.createElement('div')
    const dot = document.createElement('i')
    dot.style.background = color
    row.append(dot, `${Number(value.toPrecision(6))}  ${name}`)
    return row
  })
  tip.replaceChildren(head, ...rows)
  tip.hidden = values.length === 0
  tip.style.left = left > plot.over.clientWidth / 2 ? '' : `${left + 12}px`
  tip.style.right = left > plot.over.clientWidth / 2 ? `${plot.over.clientWidth - left + 12}px` : ''
}
