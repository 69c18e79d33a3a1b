import { query, type Reader } from '../db/handles.ts'
import type { Clause } from '../tracking/search/index.ts'
import { NAME_TAG, RUN_METADATA } from './trace.ts'

/** Beyond so many, walking through the traces by their time finds a page sooner than sorting these does. */
const RARE_MAX = 1_000

type Found = [trace: number]
const LIMIT = RARE_MAX + 1
const same = 'key = ? and substr(value, 1, 100) = substr(?, 1, 100)'
const BY_TAG = query<Found>(`select trace from trace_tag where ${same} limit ${LIMIT}`)
const BY_METADATA = query<Found>(`select trace from trace_metadata where ${same} limit ${LIMIT}`)
const BY_RUN = query<Found>(`select x.trace from trace_run x join run r on r.id = x.run where r.run_id = ? limit ${LIMIT}`)

/**
 * Inner ids of the few traces among which all are that pass the clauses, found by the rarest tag, metadata or run that one of them asks
 * for; undefined when none of these is rare. Whether a trace passes is still to be asked.
 */
export async function rareTraces(
  db: Reader,
  clauses: readonly Clause[],
  keys: ReadonlyMap<string, number>,
): Promise<readonly number[] | undefined> {
  let rarest: readonly number[] | undefined
  for (const clause of clauses) {
    const found = await candidates(db, clause, keys)
    if (found && found.length <= RARE_MAX && (!rarest || found.length < rarest.length)) rarest = found
    if (rarest?.length === 0) return rarest
  }
  return rarest
}

async function candidates(db: Reader, { entity, name, test }: Clause, keys: ReadonlyMap<string, number>): Promise<number[] | undefined> {
  if (test.kind !== 'text' || test.operator !== '=') return undefined
  if (entity === 'attribute') return name === 'run_id' ? ofRun(db, test.value, keys) : undefined
  if ((entity !== 'tag' && entity !== 'metadata') || name === NAME_TAG) return undefined
  const key = keys.get(name)
  if (key === undefined) return []
  return idsOf(await db.tuples(entity === 'tag' ? BY_TAG : BY_METADATA, key, test.value))
}

/** A run's traces name it in their metadata, or were linked to it later. */
async function ofRun(db: Reader, run_id: string, keys: ReadonlyMap<string, number>): Promise<number[]> {
  const linked = idsOf(await db.tuples(BY_RUN, run_id))
  const key = keys.get(RUN_METADATA)
  return key === undefined ? linked : [...linked, ...idsOf(await db.tuples(BY_METADATA, key, run_id))]
}

const idsOf = (rows: readonly Found[]): number[] => rows.map(([trace]) => trace)
