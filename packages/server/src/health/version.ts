import { stream } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'

/** The version of MLflow whose wire this server speaks: MLflow's clients compare it with their own. */
export const version = stream({
  route: 'GET /version',
  summary: 'The MLflow version whose API this is',
  access: { public: 'clients ask it before they sign in' },
  input: object({}),
  answers: 'A version number as text',
  handler: async (_input, { settings }) => ({ headers: { 'content-type': 'text/plain; charset=utf-8' }, body: settings.version }),
})
