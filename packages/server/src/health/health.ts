import { stream } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'

/** Answers as soon as the process serves requests; load balancers and MLflow's clients ask it. */
export const health = stream({
  route: 'GET /health',
  summary: 'Whether the server answers',
  access: { public: 'load balancers ask it, and it says nothing but that the process lives' },
  input: object({}),
  answers: 'OK as text',
  handler: async () => ({ headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'OK' }),
})
