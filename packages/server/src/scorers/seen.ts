import { seesAmong } from '../access/visible.ts'
import type { Reader } from '../db/handles.ts'
import type { Visible } from '../http/access.ts'

/** Of these scorers those that the caller may read: by their experiment, and by what is granted or denied on scorers themselves. */
export async function seenOf<Row extends { readonly id: number; readonly experiment: number }>(
  db: Reader,
  visible: Visible,
  scorers: readonly Row[],
): Promise<Row[]> {
  const experiments = scorers.map(({ experiment }) => experiment)
  const sees = await seesAmong(db, visible, experiments)
  const { scorers: apart, within } = visible
  if (!apart) return scorers.filter(({ experiment }) => sees(experiment))
  if (apart.all === 'hidden') return []
  const isHere = await seesAmong(db, { mode: 'all', ...(within && { within }) }, experiments)
  const [shown, hidden, denied] = [new Set(apart.shown), new Set(apart.hidden), new Set(apart.denied_experiments)]
  return scorers.filter(({ id, experiment }) => {
    if (hidden.has(id)) return false
    return sees(experiment) || (isHere(experiment) && !denied.has(experiment) && (apart.all === 'shown' || shown.has(id)))
  })
}
