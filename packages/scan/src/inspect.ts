import { memorySource, type Source } from '@millrace/formats'
import type { FileResult } from './finding.ts'
import { Inspection, type Limits } from './inspection.ts'
import { look } from './look.ts'

/** Looks at a file's bytes in this very process. For the child, and for tests: hostile bytes belong into a child. */
export function inspect(file: string, source: Source | Buffer, limits?: Limits): FileResult {
  const inspection = new Inspection(file, limits)
  const whole = Buffer.isBuffer(source) ? memorySource(source) : source
  look(inspection, { source: whole, member: '', name: file.slice(file.lastIndexOf('/') + 1), depth: 0 })
  return inspection.result(whole.size)
}
