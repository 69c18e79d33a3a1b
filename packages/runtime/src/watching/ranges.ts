import { type Frame, InputProblem } from '../backend.ts'
import type { Guard } from '../serving/served.ts'
import type { ColumnProfile } from './profile.ts'

type Range = { readonly min: number; readonly max: number }

/** Holds the numbers of requests to the least and the greatest that the training data had, column by column; a missing one is none. */
export function guardOf(training: readonly ColumnProfile[]): Guard {
  const ranges = new Map<string, Range>()
  for (const { name, min, max } of training) if (min !== undefined && max !== undefined) ranges.set(name, { min, max })
  return ({ rows, columns, data }: Frame): void => {
    for (let at = 0; at < data.length; at++) {
      const name = columns?.[at] ?? String(at)
      const range = ranges.get(name)
      const cells = data[at]
      if (range === undefined || cells === undefined) continue
      for (let row = 0; row < rows; row++) {
        const cell = cells[row]
        if (typeof cell !== 'number' || !(cell < range.min || cell > range.max)) continue
        throw new InputProblem(`Column '${name}', row ${row}: expected a number from ${range.min} to ${range.max}, got ${cell}.`)
      }
    }
  }
}
