import type { Endpoint } from '../http/endpoint.ts'
import { deleteScorer } from './delete.ts'
import { getScorer } from './get.ts'
import { listScorers } from './list.ts'
import { getOnlineScoringConfigs } from './online-configs.ts'
import { registerScorer } from './register.ts'
import { setOnlineScoringConfig } from './set-online-config.ts'
import { listScorerVersions } from './versions.ts'

/** What judges the answers of models: kept by experiment, in versions, and run by clients only. */
export const scorerEndpoints: readonly Endpoint[] = [
  registerScorer,
  listScorers,
  listScorerVersions,
  getScorer,
  deleteScorer,
  getOnlineScoringConfigs,
  setOnlineScoringConfig,
]
