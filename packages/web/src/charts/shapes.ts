import { metric } from '../format.ts'
import { type Row, valueIn } from '../runs/use-runs.ts'
import type { Column } from '../runs/view.ts'
import { colorAt } from './colors.ts'
import { across, drawAxes, FRAME, upward } from './plot/frame.ts'
import type { Draw, Sheet } from './plot/Plot.tsx'
import { extentOf, linearScale, type Scale, tickLabel } from './plot/scale.ts'

export type Shape = 'scatter' | 'bar' | 'parallel' | 'contour'

/** A run in a drawing: its value on each axis. */
export type Mark = { readonly run_id: string; readonly name: string; readonly values: readonly number[]; readonly told: readonly string[] }

export type Shaped = {
  readonly title: string
  readonly draw: Draw
  readonly marks: readonly Mark[]
  /** Runs without a number on every axis. */
  readonly left_out: number
  readonly best: Mark | undefined
  readonly markAt: (left: number, top: number, sheet: Sheet, near: number) => Mark | undefined
}

const BARS_MAX = 60
const CELLS = 96
// From low to high, readable on light and dark ground and in grey (after "viridis", of matplotlib).
const HEAT = ['#443983', '#31688e', '#21918c', '#35b779', '#90d743', '#e3d22a']

/** Each text of an axis that holds texts has a place of its own, in alphabetical order. */
function axisOf(
  rows: readonly Row[],
  columns: readonly Column[],
  { id }: Column,
): { of: (row: Row) => number | undefined; names: readonly string[] } {
  const raw = (row: Row): string | number | null => valueIn(row, columns, id)
  const given = rows.map(raw).filter((value) => value !== null && value !== '')
  const isNumber = given.every((value) => Number.isFinite(Number(value)))
  const names = isNumber ? [] : [...new Set(given.map(String))].sort()
  return {
    names,
    of(row) {
      const value = raw(row)
      if (value === null || value === '') return undefined
      const number = isNumber ? Number(value) : names.indexOf(String(value))
      return Number.isFinite(number) ? number : undefined
    },
  }
}

/** What is drawn of some runs, by columns that are its axes. */
export function shaped(shape: Shape, rows: readonly Row[], columns: readonly Column[]): Shaped {
  const axes = columns.map((column) => axisOf(rows, columns, column))
  const marks: Mark[] = []
  for (const row of rows) {
    const values = axes.map((axis) => axis.of(row))
    if (values.some((value) => value === undefined)) continue
    const told = columns.map(({ name, id }) => {
      const value = valueIn(row, columns, id)
      return `${name}: ${typeof value === 'number' ? metric(value) : value}`
    })
    marks.push({ run_id: row.run_id, name: row.run_name || row.run_id.slice(0, 8), values: values as number[], told })
  }
  const last = columns.length - 1
  const best = marks.reduce<Mark | undefined>(
    (top, one) => (!top || (one.values[last] ?? 0) > (top.values[last] ?? 0) ? one : top),
    undefined,
  )
  const names = columns.map(({ name }) => name)
  const parts = { scatter, bar, parallel, contour }[shape](
    marks,
    names,
    axes.map((axis) => axis.names),
  )
  return { ...parts, marks, left_out: rows.length - marks.length, best }
}

type Drawn = Pick<Shaped, 'title' | 'draw' | 'markAt'>
type Texts = readonly (readonly string[])[]

/** A scale of numbers; of texts, with each text beside its place. */
function scaleOf(marks: readonly Mark[], axis: number, texts: readonly string[], range: readonly [number, number]): Scale {
  const [low, high] = extentOf([marks.map(({ values }) => values[axis] ?? null)]) ?? [0, 1]
  const room = (high - low) * 0.05
  const scale = linearScale([low - room, high + room], range)
  return texts.length === 0 ? scale : { ...scale, ticks: texts.map((label, value) => ({ value, label: label.slice(0, 18) })) }
}

function nearestMark(marks: readonly Mark[], near: number, distanceTo: (mark: Mark, at: number) => number): Mark | undefined {
  let found: Mark | undefined
  let least = near
  marks.forEach((mark, at) => {
    const distance = distanceTo(mark, at)
    if (distance <= least) {
      least = distance
      found = mark
    }
  })
  return found
}

function scatter(marks: readonly Mark[], names: readonly string[], texts: Texts): Drawn {
  const scales = (sheet: Sheet) =>
    [scaleOf(marks, 0, texts[0] ?? [], across(sheet)), scaleOf(marks, 1, texts[1] ?? [], upward(sheet))] as const
  return {
    title: `${names[1]} by ${names[0]}`,
    draw(pen, sheet) {
      const [x, y] = scales(sheet)
      drawAxes(pen, sheet, x, y, { x: names[0] ?? '', y: names[1] ?? '' })
      for (const { values } of marks) pen.dot(x.of(values[0] as number), y.of(values[1] as number), 3.5, colorAt(0))
    },
    markAt(left, top, sheet, near) {
      const [x, y] = scales(sheet)
      return nearestMark(marks, near, ({ values }) => Math.hypot(x.of(values[0] as number) - left, y.of(values[1] as number) - top))
    },
  }
}

function bar(marks: readonly Mark[], names: readonly string[]): Drawn {
  const shown = marks.slice(0, BARS_MAX)
  const place = (sheet: Sheet, at: number): readonly [number, number] => {
    const [left, right] = across(sheet)
    const width = (right - left) / Math.max(1, shown.length)
    return [left + at * width + Math.min(4, width / 8), Math.max(1, width - Math.min(8, width / 4))]
  }
  return {
    title: marks.length > BARS_MAX ? `${names[0]}, of the first ${BARS_MAX} runs` : (names[0] ?? ''),
    draw(pen, sheet) {
      const [low, high] = extentOf([shown.map(({ values }) => values[0] ?? null)]) ?? [0, 1]
      const y = linearScale([Math.min(0, low), Math.max(0, high)], upward(sheet))
      const ticks: { value: number; label: string }[] = []
      drawAxes(pen, sheet, { ...y, ticks }, y)
      const wide = place(sheet, 0)[1]
      shown.forEach(({ name, values }, at) => {
        const [left, width] = place(sheet, at)
        const [from, to] = [y.of(0), y.of(values[0] as number)]
        pen.box(left, Math.min(from, to), width, Math.max(1, Math.abs(to - from)), colorAt(0))
        const room = Math.floor(wide / 6.5)
        if (room >= 4) pen.text(left + width / 2, sheet.height - FRAME.bottom + 12, name.slice(0, room), sheet.text, 'center')
      })
    },
    markAt(left, _top, sheet) {
      return shown.find((_, at) => {
        const [from, width] = place(sheet, at)
        return left >= from && left <= from + width
      })
    },
  }
}

function parallel(marks: readonly Mark[], names: readonly string[], texts: Texts): Drawn {
  const last = names.length - 1
  const places = (sheet: Sheet): number[] => {
    const [left, right] = across(sheet)
    return names.map((_, at) => left + 20 + (at * (right - left - 60)) / Math.max(1, last))
  }
  const scales = ({ height }: Sheet) => names.map((_, axis) => scaleOf(marks, axis, texts[axis] ?? [], [height - 16, 34]))
  return {
    title: names.join(' · '),
    draw(pen, sheet) {
      const [xs, ys] = [places(sheet), scales(sheet)]
      const heat = heatOf(marks.map(({ values }) => values[last] as number))
      for (const { values } of marks)
        pen.line(
          xs,
          values.map((value, axis) => (ys[axis] as Scale).of(value)),
          heat(values[last] as number),
          1.25,
          0.7,
        )
      names.forEach((name, axis) => {
        const x = xs[axis] as number
        pen.line([x, x], [34, sheet.height - 16], sheet.text, 1)
        pen.text(x, 14, name.slice(0, 22), sheet.text, axis === 0 ? 'left' : axis === last ? 'right' : 'center')
        for (const { value, label } of (ys[axis] as Scale).ticks) pen.text(x + 5, (ys[axis] as Scale).of(value), label, sheet.text)
      })
    },
    markAt(left, top, sheet, near) {
      const [xs, ys] = [places(sheet), scales(sheet)]
      const at = Math.max(0, Math.min(last - 1, xs.findIndex((x) => x > left) - 1))
      const part = (left - (xs[at] as number)) / ((xs[at + 1] ?? 1) - (xs[at] as number) || 1)
      const heightOf = ({ values }: Mark, axis: number): number => (ys[axis] as Scale).of(values[axis] as number)
      return nearestMark(marks, near, (mark) =>
        Math.abs(heightOf(mark, at) * (1 - part) + heightOf(mark, Math.min(last, at + 1)) * part - top),
      )
    },
  }
}

const heatOf = (values: readonly number[]): ((value: number) => string) => {
  const [low, high] = extentOf([values]) ?? [0, 1]
  return (value) => HEAT[Math.min(HEAT.length - 1, Math.floor(((value - low) / (high - low || 1)) * HEAT.length))] as string
}

/** Heights between the runs are weighed by the square of how near each run is (Shepard's interpolation, 1968). */
function contour(marks: readonly Mark[], names: readonly string[], texts: Texts): Drawn {
  const scales = (sheet: Sheet) =>
    [scaleOf(marks, 0, texts[0] ?? [], across(sheet)), scaleOf(marks, 1, texts[1] ?? [], upward(sheet))] as const
  return {
    ...scatter(marks, names, texts),
    title: `${names[2]} over ${names[0]} and ${names[1]}`,
    draw(pen, sheet) {
      const [x, y] = scales(sheet)
      const [[left, right], [bottom, top]] = [across(sheet), upward(sheet)]
      const heat = heatOf(marks.map(({ values }) => values[2] as number))
      const points = marks.map(({ values }) => [x.of(values[0] as number), y.of(values[1] as number), values[2] as number] as const)
      const [width, height] = [(right - left) / CELLS, (bottom - top) / CELLS]
      for (let column = 0; column < CELLS; column++)
        for (let row = 0; row < CELLS; row++) {
          const [cellX, cellY] = [left + column * width, top + row * height]
          let weights = 0
          let sum = 0
          for (const [px, py, value] of points) {
            const weight = 1 / ((px - cellX - width / 2) ** 2 + (py - cellY - height / 2) ** 2 + 1)
            weights += weight
            sum += weight * value
          }
          pen.box(cellX, cellY, width + 0.5, height + 0.5, heat(sum / (weights || 1)))
        }
      drawAxes(pen, { ...sheet, line: 'transparent' }, x, y)
      for (const [px, py] of points) pen.dot(px, py, 3, '#ffffff')
      const [low, high] = extentOf([marks.map(({ values }) => values[2] ?? null)]) ?? [0, 1]
      pen.box(right - 78, top, 78, HEAT.length * 14 + 16, sheet.ground)
      HEAT.forEach((color, at) => {
        pen.box(right - 70, top + 8 + (HEAT.length - 1 - at) * 14, 12, 14, color)
        const value = low + ((high - low) * (at + 0.5)) / HEAT.length
        pen.text(
          right - 54,
          top + 15 + (HEAT.length - 1 - at) * 14,
          tickLabel(Number(value.toPrecision(3)), (high - low) / 100),
          sheet.text,
        )
      })
    },
  }
}
