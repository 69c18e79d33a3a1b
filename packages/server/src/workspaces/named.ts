import { epochOf } from '../access/epoch.ts'
import { query, type Reader } from '../db/handles.ts'
import { noSuchWorkspace } from './workspace-store.ts'

const ID = query<{ id: number }>('select id from workspace where name = ? and deleted_ms is null')
const REMEMBERED_MAX = 10_000

type Known = { epoch: number; readonly ids: Map<string, number> }
const known = new WeakMap<object, Known>()

/**
 * The number of the workspace of this name, remembered until rights are taken away somewhere: deleting a workspace is that.
 * @throws ApiError RESOURCE_DOES_NOT_EXIST
 */
export async function workspaceNamed(db: Reader, name: string, now_ms: number): Promise<number> {
  const epoch = await epochOf(db, now_ms)
  let memory = known.get(db.identity)
  if (memory?.epoch !== epoch) {
    memory = { epoch, ids: new Map() }
    known.set(db.identity, memory)
  }
  const id = memory.ids.get(name)
  if (id !== undefined) return id
  const found = await db.get(ID, name)
  if (!found) return noSuchWorkspace(name)
  if (memory.ids.size >= REMEMBERED_MAX) memory.ids.clear()
  memory.ids.set(name, found.id)
  return found.id
}
