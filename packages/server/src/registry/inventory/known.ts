import { read } from '../../http/endpoint.ts'
import { array, int64, object, optional, string } from '../../http/schema.ts'
import { VersionNumber } from '../names.ts'
import { samePaths, withDigests } from './file-store.ts'
import { type Asked, resembling } from './resembling.ts'
import { standingFields, standingsOf } from './standing.ts'

const FILES_MAX = 500

const AskedFile = object({
  sha256: string({ pattern: /^[0-9a-f]{64}$/ }),
  path: optional(string({ max: 4_096, description: 'Where it lies, with slashes: names what it may be another state of' })),
})

/** Files by their digests: it reads, but many digests don't fit in a URL. */
export const findKnownFiles = read({
  route: 'POST /api/2.0/millrace/inventory/known',
  summary: 'Tell of files, by their SHA-256, in which registered versions they are, and how these were scanned, signed and approved',
  access: { filtered: 'registered_models' },
  input: object({ files: array(AskedFile, { min: 1, max: FILES_MAX }) }),
  output: object({
    files: array(
      object({
        sha256: string(),
        known_in: int64({ description: 'In how many versions it is, of those that you may read' }),
        model_versions: array(object({ ...standingFields, path: string({ description: "The file's, in the version" }) }), {
          description: 'The newest of them, at most ten',
        }),
        same_path: array(object({ name: string(), version: VersionNumber, path: string() }), {
          description: 'Of an unknown file: versions with another file at the path at which this one seems to lie',
        }),
      }),
    ),
  }),
  body_max_bytes: 4 * 2 ** 20,
  heavy: import.meta.url,
  async handler(db, { files }, { visible }) {
    const rows = await withDigests(db, visible, [...new Set(files.map(({ sha256 }) => sha256))])
    const standings = await standingsOf(db, rows)
    const known = new Map<string, number[]>()
    for (const [at, { sha256 }] of rows.entries()) known.set(sha256, [...(known.get(sha256) ?? []), at])
    const named = files.filter((file): file is Asked => file.path !== undefined)
    const unknown = named.filter(({ sha256 }) => !known.has(sha256))
    const beside = named.flatMap((file) => (known.get(file.sha256) ?? []).map((at) => ({ file, row: rows[at] as (typeof rows)[number] })))
    const same = resembling(unknown, beside, await samePaths(db, visible, unknown, [...new Set(rows.map(({ model }) => model))]))
    return {
      files: files.map((file) => {
        const places = known.get(file.sha256) ?? []
        return {
          sha256: file.sha256,
          known_in: places.length === 0 ? 0 : (rows[places[0] as number]?.versions ?? 0),
          model_versions: places.map((at) => ({ ...(standings[at] as (typeof standings)[number]), path: rows[at]?.path ?? '' })),
          same_path: file.path === undefined || places.length > 0 ? [] : (same.get(file.path) ?? []),
        }
      }),
    }
  },
})
