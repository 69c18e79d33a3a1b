import type { Endpoint } from '../../http/endpoint.ts'
import { abortRollout } from './abort.ts'
import { getRollout } from './get.ts'
import { listRollouts } from './list.ts'
import { pauseRollout } from './pause.ts'
import { promoteRollout } from './promote.ts'
import { reportOnRollout } from './report.ts'
import { resumeRollout } from './resume.ts'
import { rollRolloutBack } from './rollback.ts'
import { startRollout } from './start.ts'

/** Rollouts: a version takes an alias's place in steps, and goes back by itself when its figures are worse. */
export const rolloutEndpoints: readonly Endpoint[] = [
  startRollout,
  getRollout,
  listRollouts,
  pauseRollout,
  resumeRollout,
  promoteRollout,
  abortRollout,
  rollRolloutBack,
  reportOnRollout,
]
