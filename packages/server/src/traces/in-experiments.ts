import { seesAmong } from '../access/visible.ts'
import type { Reader } from '../db/handles.ts'
import type { Visible } from '../http/access.ts'
import type { TraceRow } from './trace-store.ts'

/** The traces of these experiments, or of whichever when none is named, as far as the caller may read them. */
export async function inExperiments(
  db: Reader,
  rows: readonly TraceRow[],
  experiment_ids: readonly string[] | undefined,
  visible: Visible,
): Promise<readonly TraceRow[]> {
  const sees = await seesAmong(
    db,
    visible,
    rows.map(({ experiment }) => experiment),
  )
  const of_any = !experiment_ids || experiment_ids.length === 0
  return rows.filter(({ experiment }) => sees(experiment) && (of_any || experiment_ids.includes(String(experiment))))
}
