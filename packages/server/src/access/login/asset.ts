import { readFile } from 'node:fs/promises'
import { stream } from '../../http/endpoint.ts'
import { missing } from '../../http/errors.ts'
import { object, string } from '../../http/schema.ts'

// A list and no folder: a name that is not here is no file, whatever it holds (security case ID-03).
const TYPES: ReadonlyMap<string, string> = new Map([
  ['login.css', 'text/css; charset=utf-8'],
  ['icon.svg', 'image/svg+xml; charset=utf-8'],
])

export const loginAsset = stream({
  route: 'GET /login/assets/{file}',
  summary: 'Get the style sheet or the picture of the login page',
  access: { public: 'the login page shows them' },
  input: object({ file: string() }),
  answers: 'The file',
  async handler({ file }) {
    const type = TYPES.get(file)
    if (type === undefined) throw missing('There is no such file.')
    return {
      headers: { 'content-type': type, 'cache-control': 'no-cache' },
      body: await readFile(new URL(`./assets/${file}`, import.meta.url)),
    }
  },
})
