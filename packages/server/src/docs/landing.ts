import { stream } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'
import { page } from './page.ts'
import { webPage } from './web.ts'

/** What a browser gets that opens the server's address: the web page, and where it was not built a few words. */
export const landingPage = stream({
  route: 'GET /',
  summary: 'What this server is, and how to use it',
  access: { signed_in: 'it tells nothing of what the server holds' },
  input: object({}),
  answers: 'A page',
  handler: (_input, { settings }) => (settings.page_folder ? webPage(settings.page_folder, settings) : page('landing.html', settings)),
})
