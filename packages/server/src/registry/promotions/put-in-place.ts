import type { Writer } from '../../db/handles.ts'
import { type Move, recordMoveTo, recordStageLeft } from '../gates/index.ts'
import { archiveVersion, STAGES, setStage, type VersionRow } from '../model-versions/index.ts'
import type { Target } from '../policy/index.ts'
import { touchRegistered } from '../registered.ts'
import { setAlias } from '../registered-models/index.ts'
import { tellAlias } from '../tell.ts'

type Mover = Parameters<typeof recordMoveTo>[3]

/** Points an alias or a stage to a version, and puts it on record. `leaving` is the version that goes out of the stage for it. */
export async function putInPlace(tx: Writer, version: VersionRow, target: Target, mover: Mover, leaving?: VersionRow): Promise<void> {
  const { now_ms } = mover
  if (target.kind === 'alias') {
    await recordMoveTo(tx, target, version, mover)
    await setAlias(tx, version.model, target.name, version.version)
    await tellAlias(tx, version.name, target.name, version.version, now_ms)
    return
  }
  const stage = STAGES.indexOf(target.name as (typeof STAGES)[number])
  await recordStageLeft(tx, version, STAGES[version.stage] as string, { ...mover, what: 'leave' })
  await recordMoveTo(tx, target, version, mover)
  await setStage(tx, version, stage, now_ms)
  if (leaving && leaving.stage === stage) {
    await recordStageLeft(tx, leaving, target.name, { ...mover, what: 'archive' })
    await archiveVersion(tx, leaving, now_ms)
  }
  await touchRegistered(tx, version.model, now_ms)
}

/**
 * The moves by which a place came to what it points to, the first at the bottom: what was put back from is no longer among them, and what
 * was only taken away still is.
 */
export function stackOf(newest_first: readonly Move[]): Move[] {
  const stack: Move[] = []
  for (const move of newest_first.toReversed()) {
    if (move.to_version === null) continue
    if (move.what === 'rollback') {
      const at = stack.findLastIndex(({ to_version }) => to_version === move.to_version)
      if (at !== -1) stack.length = at + 1
      else stack.push(move)
    } else stack.push(move)
  }
  return stack
}
