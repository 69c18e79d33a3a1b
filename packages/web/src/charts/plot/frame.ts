import type { Sheet } from './Plot.tsx'
import type { Pen } from './pen.ts'
import type { Scale } from './scale.ts'

/** Where the drawing is on its sheet: the rest is for what stands beside the axes. */
export const FRAME = { left: 52, right: 12, top: 8, bottom: 24 } as const

export const across = ({ width }: Sheet): readonly [number, number] => [FRAME.left, width - FRAME.right]
export const upward = ({ height }: Sheet): readonly [number, number] => [height - FRAME.bottom, FRAME.top]

/** Lines at round values, and the values beside them; names of the axes where they don't go without saying. */
export function drawAxes(pen: Pen, sheet: Sheet, x: Scale, y: Scale, names: { x?: string; y?: string } = {}): void {
  const [left, right] = across(sheet)
  const [bottom, top] = upward(sheet)
  for (const { value, label } of y.ticks) {
    const at = y.of(value)
    if (at < top - 1 || at > bottom + 1) continue
    pen.line([left, right], [at, at], sheet.line, 1)
    pen.text(left - 6, at, label, sheet.text, 'right')
  }
  let taken = Number.NEGATIVE_INFINITY
  for (const { value, label } of x.ticks) {
    const at = x.of(value)
    const half = label.length * 3.2
    if (at < left - 1 || at > right + 1 || at - half < taken) continue
    taken = at + half + 8
    pen.line([at, at], [bottom, top], sheet.line, 1)
    pen.text(Math.min(at, sheet.width - half - 2), bottom + 12, label, sheet.text, 'center')
  }
  if (names.x) pen.text(right, bottom - 8, names.x, sheet.text, 'right')
  if (names.y) pen.text(left + 6, top + 6, names.y, sheet.text)
}
