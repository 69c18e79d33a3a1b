import { read } from '../../http/endpoint.ts'
import { openPage, sealPage } from '../../http/page-token.ts'
import { array, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { modelsBefore, type Place, runsBefore, START } from './unregistered-store.ts'

const PURPOSE = 'inventory/unregistered 1'

export const listUnregisteredModels = read({
  route: 'GET /api/2.0/millrace/inventory/unregistered',
  summary: 'List models that runs logged and nobody registered, the newest first: logged models, then what older clients logged into runs',
  access: { filtered: 'experiments' },
  input: object({
    max_results: withDefault(int64({ min: 1, max: 1_000 }), 100),
    page_token: withDefault(string({ max: 8_192 }), ''),
  }),
  output: object({
    models: array(
      object({
        experiment_id: string(),
        experiment_name: string(),
        run_id: optional(string()),
        run_name: optional(string()),
        owner: optional(string({ description: 'Whose run it is, as the run says' })),
        model_id: optional(string({ description: 'Absent where an older client logged it as files of the run' })),
        name: optional(string({ description: 'What it was logged as' })),
        created_ms: int64(),
      }),
    ),
    next_page_token: optional(string()),
  }),
  heavy: import.meta.url,
  async handler(db, { max_results, page_token }, { visible }) {
    const place = page_token === '' ? START : await openPage<Place>(db, PURPOSE, page_token)
    const limit = max_results + 1
    const found = place.of === 'models' ? await modelsBefore(db, visible, place.before, limit) : []
    if (found.length < limit) {
      const before = place.of === 'runs' ? place.before : START.before
      found.push(...(await runsBefore(db, visible, before, limit - found.length)))
    }
    const page = found.slice(0, max_results)
    const models = page.map(({ place: _, ...model }) => model)
    const last = page.at(-1)
    if (found.length <= max_results || !last) return { models }
    return { models, next_page_token: await sealPage(db, PURPOSE, last.place) }
  },
})
