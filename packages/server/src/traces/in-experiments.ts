import { seenBy } from '../access/visible.ts'
import type { Visible } from '../http/access.ts'
import type { TraceRow } from './trace-store.ts'

/** The traces of these experiments, or of whichever when none is named, as far as the caller may read them. */
export function inExperiments(
  rows: readonly TraceRow[],
  experiment_ids: readonly string[] | undefined,
  visible: Visible,
): readonly TraceRow[] {
  const sees = seenBy(visible)
  const of_any = !experiment_ids || experiment_ids.length === 0
  return rows.filter(({ experiment }) => sees(experiment) && (of_any || experiment_ids.includes(String(experiment))))
}
