import type { Reader } from '../db/handles.ts'
import { LEVEL } from './level.ts'
import { anchorOf } from './resources.ts'
import { currentRightsOf, levelOn, levelOnAll } from './rights.ts'

/** What an account that is no admin may do to a thing, or to all of a kind, as requests are judged; nothing to a thing that isn't there. */
export async function effectiveLevel(
  db: Reader,
  account: number,
  { resource_type, resource_id }: { resource_type: 'experiment' | 'registered_model' | 'prompt'; resource_id: string },
  everyone: number,
): Promise<number> {
  const rights = await currentRightsOf(db, account)
  if (resource_id === '*') return Math.max(LEVEL.NO_PERMISSIONS, levelOnAll(rights, resource_type, db.workspace, everyone))
  const anchor = await anchorOf(db, resource_type === 'experiment' ? { experiment: resource_id } : { registered_model: resource_id })
  if ('code' in anchor) return LEVEL.NO_PERMISSIONS
  return levelOn(rights, anchor.kind, anchor.ids[0] as number, anchor.isPrompt === true, db.workspace, everyone)
}
