import { stream } from '../http/endpoint.ts'
import { ApiError } from '../http/errors.ts'
import { metricsOf } from '../http/metrics.ts'
import { object } from '../http/schema.ts'

/** Numbers about this process for Prometheus; there only when the operator asked for it. */
export const metrics = stream({
  route: 'GET /metrics',
  summary: 'Counts and durations of requests, for Prometheus; with --expose-prometheus only',
  access: { public: 'the operator turned it on for a scraper that has no login, and it holds numbers by route, no names' },
  input: object({}),
  answers: 'Prometheus text format',
  async handler(_input, { settings }) {
    const kept = metricsOf(settings)
    if (!kept) throw new ApiError('ENDPOINT_NOT_FOUND', 'There are no metrics here: start the server with --expose-prometheus.')
    const { registry } = await kept
    return { headers: { 'content-type': registry.contentType }, body: await registry.metrics() }
  },
})
