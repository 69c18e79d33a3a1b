import Fastify, { type FastifyInstance } from 'fastify'
import { healthEndpoints } from './health/index.ts'
import type { Endpoint } from './http/endpoint.ts'
import { answerErrors, type House, serveEndpoints } from './http/pipeline.ts'
import { datasetEndpoints } from './tracking/datasets/index.ts'
import { evaluationDatasetEndpoints } from './tracking/evaluation-datasets/index.ts'
import { experimentEndpoints } from './tracking/experiments/index.ts'
import { runEndpoints } from './tracking/runs/index.ts'

/** Every endpoint of the server: each room adds its own here, and nowhere else. */
export const endpoints: readonly Endpoint[] = [
  ...healthEndpoints,
  ...experimentEndpoints,
  ...runEndpoints,
  ...datasetEndpoints,
  ...evaluationDatasetEndpoints,
]

/** The HTTP application over an open database; it listens nowhere yet. */
export function buildApp(house: House, logger: boolean | object = false): FastifyInstance {
  const app = Fastify({ logger, disableRequestLogging: true, routerOptions: { ignoreTrailingSlash: false }, forceCloseConnections: 'idle' })
  answerErrors(app)
  serveEndpoints(app, endpoints, house)
  return app
}
