import { stream } from '../http/endpoint.ts'
import { missing } from '../http/errors.ts'
import { object, string } from '../http/schema.ts'
import { webFile } from './web.ts'

export const webAsset = stream({
  route: 'GET /web/{file}',
  summary: 'Get a script or style of the web page',
  access: { signed_in: 'it says what anyone can read in the source' },
  input: object({ file: string({ max: 200 }) }),
  answers: 'The file',
  async handler({ file }, { settings }, { headers }) {
    const found = settings.page_folder && (await webFile(settings.page_folder, file, String(headers['accept-encoding'] ?? '')))
    if (!found) throw missing('There is no such file.')
    return found
  },
})
