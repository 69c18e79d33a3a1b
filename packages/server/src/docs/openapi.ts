import { stream } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'
import { describeApi } from './describe.ts'

const described = new WeakMap<object, string>()

/** The description of this API; the page at /docs/api shows it, and generators of clients read it. */
export const openapi = stream({
  route: 'GET /openapi.json',
  summary: 'Describe this API in OpenAPI 3.1',
  access: { signed_in: 'it says what anyone can read in the source' },
  input: object({}),
  answers: 'An OpenAPI document as JSON',
  async handler(_input, { settings }) {
    let text = described.get(settings)
    if (text === undefined) {
      // Late, since the list of all endpoints holds this one.
      const { endpoints } = await import('../app.ts')
      text = JSON.stringify(describeApi(endpoints, settings))
      described.set(settings, text)
    }
    return { headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-cache' }, body: text }
  },
})
