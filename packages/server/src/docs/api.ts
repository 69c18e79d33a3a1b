import { stream } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'
import { page } from './page.ts'

export const apiPage = stream({
  route: 'GET /docs/api',
  summary: 'The API as a page to read and search',
  access: { signed_in: 'it says what anyone can read in the source' },
  input: object({}),
  answers: 'A page',
  handler: (_input, { settings }) => page('api.html', settings),
})
