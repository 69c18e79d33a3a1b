import { measureTree } from '../../artifacts/index.ts'
import { read } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { boolean, int64, object } from '../../http/schema.ts'
import { ExperimentId } from './experiment.ts'
import { experimentById } from './experiment-store.ts'

export const experimentStorage = read({
  route: 'GET /api/2.0/millrace/experiments/storage',
  summary: 'Measure the artifacts of an experiment: how many files there are, and their bytes',
  access: { permission: 'manage', on: ({ experiment_id }) => ({ experiment: experiment_id }) },
  input: object({ experiment_id: ExperimentId }),
  output: object({
    files: int64(),
    bytes: int64(),
    reachable: boolean({ description: 'false: they are at a place that this server does not open' }),
  }),
  async handler(db, { experiment_id }, { settings }) {
    const { artifact_location } = await experimentById(db, experiment_id)
    try {
      return { ...(await measureTree(settings, artifact_location)), reachable: true }
    } catch (error) {
      if (error instanceof ApiError && error.status === 400) return { files: 0, bytes: 0, reachable: false }
      throw error
    }
  },
})
