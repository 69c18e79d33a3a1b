import { stream } from '../http/endpoint.ts'
import { missing } from '../http/errors.ts'
import { object, string } from '../http/schema.ts'
import { page } from './page.ts'

// A list and no folder: a name that is not here is no file, whatever it holds (security case ID-03).
const FILES = ['pages.css', 'api.css', 'api.js', 'landing.js', 'icon.svg'] as const

export const asset = stream({
  route: 'GET /docs/assets/{file}',
  summary: "Get a style sheet, script or picture of the server's pages",
  access: { signed_in: 'it says what anyone can read in the source' },
  input: object({ file: string() }),
  answers: 'The file',
  async handler({ file }, { settings }) {
    const known = FILES.find((one) => one === file)
    if (!known) throw missing('There is no such file.')
    return page(known, settings)
  },
})
