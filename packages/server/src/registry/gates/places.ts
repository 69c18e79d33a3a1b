import { query, type Reader } from '../../db/handles.ts'
import type { Target } from '../policy/index.ts'

const ALIASES = query<{ alias: string; version: number }>(
  'select alias, version from registered_model_alias where model = ? order by alias',
)
const STAGED = query<{ stage: number; version: number }>(
  'select stage, version from model_version where model = ? and stage in (1, 2) and deleted_ms is null order by version',
)
const STAGES = ['None', 'Staging', 'Production']

/** Where the versions of a model stand: each alias, and each version in a stage that can be protected. */
export async function placesOf(db: Reader, model: number): Promise<{ target: Target; version: number }[]> {
  const aliases = (await db.all(ALIASES, model)).map(({ alias, version }) => ({ target: { kind: 'alias' as const, name: alias }, version }))
  const staged = (await db.all(STAGED, model)).map(({ stage, version }) => ({
    target: { kind: 'stage' as const, name: STAGES[stage] as string },
    version,
  }))
  return [...aliases, ...staged]
}
