import type { Settings } from '../../config.ts'
import type { Reader } from '../../db/handles.ts'
import { ApiError } from '../../http/errors.ts'
import { contentsOf } from '../span-store.ts'
import { SPANS_ARCHIVED } from '../trace.ts'
import type { TraceRow } from '../trace-store.ts'
import { type Archived, archivesOf } from './archive-store.ts'
import { contentsIn, PAYLOAD_FILE } from './payload.ts'

/**
 * The contents of traces' spans, wherever they are; by the traces' inner ids.
 * @throws ApiError INVALID_STATE when an archived file was changed
 */
export async function readContents(db: Reader, rows: readonly TraceRow[], settings: Settings): Promise<Map<number, readonly string[]>> {
  const out = new Map<number, readonly string[]>(await contentsOf(db, rows))
  const archived = rows.filter(({ spans }) => spans === SPANS_ARCHIVED)
  if (archived.length === 0) return out
  const archives = await archivesOf(
    db,
    archived.map(({ trace_id }) => trace_id),
  )
  for (const { id, trace_id } of archived) {
    const archive = archives.get(trace_id)
    out.set(id, archive ? await readArchive(archive, settings) : [])
  }
  return out
}

async function readArchive({ trace_id, location, sha256 }: Archived, settings: Settings): Promise<string[]> {
  // A thread that answers for traces in the database has no need of the stores.
  const { artifactStores } = await import('../../artifacts/index.ts')
  const { store, folder } = artifactStores(settings).at(location)
  const bytes = await bytesOf(store.open([...folder, PAYLOAD_FILE]))
  // As in MLflow, a trace whose archived spans were removed is one without spans.
  if (!bytes) return []
  const contents = contentsIn(bytes, sha256)
  if (contents) return contents
  throw new ApiError(
    'INVALID_STATE',
    `The archived spans of trace '${trace_id}' are not those that were written: its file ${PAYLOAD_FILE} was changed. ` +
      'Restore it from a backup, or remove it to have the trace without spans.',
  )
}

type Opened = { readonly size: number; read(start: number, end: number): Promise<AsyncIterable<unknown>> }

async function bytesOf(opening: Promise<Opened>): Promise<Buffer | undefined> {
  try {
    const artifact = await opening
    const chunks: Buffer[] = []
    // Copied, since a store may fill the same memory again; a payload is never empty.
    for await (const chunk of await artifact.read(0, artifact.size - 1)) chunks.push(Buffer.from(chunk as Buffer))
    return Buffer.concat(chunks)
  } catch (error) {
    if (error instanceof ApiError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}
