import type { Reader } from '../db/handles.ts'
import { type Named, resourceOf } from './granted-on.ts'
import { LEVEL } from './level.ts'
import { anchorOf } from './resources.ts'
import { currentRightsOf, levelOn, levelOnAll, levelOnScorer } from './rights.ts'

/** What an account that is no admin may do to a thing, or to all of a kind, as requests are judged; nothing to a thing that isn't there. */
export async function effectiveLevel(db: Reader, account: number, named: Named, everyone: number): Promise<number> {
  const { resource_type, resource_id } = named
  const rights = await currentRightsOf(db, account)
  if (resource_id === '*') return Math.max(LEVEL.NO_PERMISSIONS, levelOnAll(rights, resource_type, db.workspace, everyone))
  const anchor = await anchorOf(db, resourceOf(named))
  if ('code' in anchor) return LEVEL.NO_PERMISSIONS
  if (anchor.scorer !== undefined) return levelOnScorer(rights, anchor.ids[0] as number, anchor.scorer, db.workspace, everyone)
  return levelOn(rights, anchor.kind, anchor.ids[0] as number, anchor.isPrompt === true, db.workspace, everyone)
}
