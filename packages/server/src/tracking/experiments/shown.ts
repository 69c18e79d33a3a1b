import { shownOf } from '../../access/visible.ts'
import type { Reader } from '../../db/handles.ts'
import type { Visible } from '../../http/access.ts'
import { experimentKey } from './experiment.ts'

/** The keys of those experiments that are shown, each once. An id that no experiment can have names none, like one that none has. */
export const shownExperiments = (db: Reader, ids: readonly string[], visible: Visible): Promise<number[]> =>
  shownOf(
    db,
    visible,
    [...new Set(ids)].flatMap((id) => experimentKey(id) ?? []),
  )
