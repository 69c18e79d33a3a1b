import type { TraceRow } from './trace-store.ts'

/** The traces of these experiments; of whichever, when none is named. */
export function inExperiments(rows: readonly TraceRow[], experiment_ids: readonly string[] | undefined): readonly TraceRow[] {
  if (!experiment_ids || experiment_ids.length === 0) return rows
  return rows.filter(({ experiment }) => experiment_ids.includes(String(experiment)))
}
