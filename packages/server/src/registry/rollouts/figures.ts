import { double, int64, object, optional, type Static } from '../../http/schema.ts'
import { psi } from './analysis.ts'
import { quantile, type Tally } from './counts.ts'
import type { Measured } from './report-store.ts'

const Side = object({
  requests: int64(),
  errors: int64(),
  refused: int64(),
  p50_ms: optional(double()),
  p95_ms: optional(double()),
})

/** What all processes have counted, in short. */
export const Figures = object({
  stable: Side,
  candidate: Side,
  psi: optional(double({ description: 'How far the predictions of the two versions lie apart' })),
  compared: int64({ description: 'Copies whose predictions were compared' }),
  differing: int64({ description: 'Copies whose predictions were others' }),
  processes: int64({ description: 'How many processes have reported' }),
  last_report_ms: optional(int64()),
})
export type Figures = Static<typeof Figures>

const sideOf = (tally: Tally): Figures['stable'] => ({
  requests: tally.requests,
  errors: tally.errors,
  refused: tally.refused,
  p50_ms: quantile(tally, 0.5),
  p95_ms: quantile(tally, 0.95),
})

/** The sums as people read them. */
export const figuresOf = ({ stable, candidate, compared, differing, processes, last_ms }: Measured): Figures => ({
  stable: sideOf(stable),
  candidate: sideOf(candidate),
  psi: psi(stable.outputs, candidate.outputs)?.psi,
  compared,
  differing,
  processes,
  last_report_ms: last_ms,
})
