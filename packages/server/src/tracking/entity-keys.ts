import { bulk, query, type Reader, type Writer } from '../db/handles.ts'

/**
 * Names of metrics, params and tags, interned: rows hold a small integer, and table `entity_key` has each name once. Ids are never
 * changed and never given up, so what was committed can be kept in memory for as long as there is room.
 */

const KEPT_MAX = 50_000

const BY_NAMES = query<{ id: number; name: string }>((dialect) => `select id, name from entity_key where ${dialect.inTexts('name')}`)
const BY_IDS = query<{ id: number; name: string }>((dialect) => `select id, name from entity_key where ${dialect.inIntegers('id')}`)
const INSERT = bulk('insert into entity_key (name) values (?) on conflict (name) do nothing', 't')

type Kept = { readonly ids: Map<string, number>; readonly names: Map<number, string> }
const keptByDatabase = new WeakMap<object, Kept>()

function keptOf(db: Reader): Kept {
  let kept = keptByDatabase.get(db.identity)
  if (!kept) {
    kept = { ids: new Map(), names: new Map() }
    keptByDatabase.set(db.identity, kept)
  }
  return kept
}

/** What a transaction saw may be undone, by its own failure or by its savepoint's: it is kept after the commit and not before. */
function keep(db: Reader | Writer, rows: readonly { id: number; name: string }[]): void {
  const kept = keptOf(db)
  const add = (): void => {
    for (const { id, name } of rows) {
      if (kept.ids.size >= KEPT_MAX) {
        kept.ids.clear()
        kept.names.clear()
      }
      kept.ids.set(name, id)
      kept.names.set(id, name)
    }
  }
  if ('afterCommit' in db) db.afterCommit(add)
  else add()
}

/** The ids of names, without making any: names that nobody ever logged are not in the answer. */
export async function findKeys(db: Reader, names: Iterable<string>): Promise<Map<string, number>> {
  const kept = keptOf(db).ids
  const found = new Map<string, number>()
  const missing = new Set<string>()
  for (const name of names) {
    const id = kept.get(name)
    if (id === undefined) missing.add(name)
    else found.set(name, id)
  }
  if (missing.size > 0) {
    const rows = await db.all(BY_NAMES, db.dialect.list([...missing]))
    for (const { id, name } of rows) found.set(name, id)
    if (rows.length > 0) keep(db, rows)
  }
  return found
}

/** The id of a name, or undefined when nobody ever logged it. */
export async function findKey(db: Reader, name: string): Promise<number | undefined> {
  return keptOf(db).ids.get(name) ?? (await findKeys(db, [name])).get(name)
}

/** The ids of names, each made where it isn't there yet. */
export async function internKeys(tx: Writer, names: Iterable<string>): Promise<ReadonlyMap<string, number>> {
  const wanted: ReadonlySet<string> = names instanceof Set ? names : new Set(names)
  const found = await findKeys(tx, wanted)
  if (found.size === wanted.size) return found
  // In one order everywhere, so that two processes that make the same names wait for each other instead of deadlocking. One that comes
  // second inserts nothing and reads what the first committed.
  const missing = [...wanted].filter((name) => !found.has(name)).sort()
  await tx.runMany(
    INSERT,
    missing.map((name) => [name]),
  )
  const rows = await tx.all(BY_NAMES, tx.dialect.list(missing))
  for (const { id, name } of rows) found.set(name, id)
  keep(tx, rows)
  return found
}

/** The id of one name, made where it isn't there yet. */
export async function internKey(tx: Writer, name: string): Promise<number> {
  return keptOf(tx).ids.get(name) ?? ((await internKeys(tx, [name])).get(name) as number)
}

/** The names of ids, as a function that knows all of them. */
export async function keyNames(db: Reader, ids: Iterable<number>): Promise<(id: number) => string> {
  const kept = keptOf(db).names
  const found = new Map<number, string>()
  const missing = new Set<number>()
  for (const id of ids) {
    if (found.has(id)) continue
    const name = kept.get(id)
    if (name === undefined) missing.add(id)
    else found.set(id, name)
  }
  if (missing.size > 0) {
    const rows = await db.all(BY_IDS, db.dialect.list([...missing]))
    for (const { id, name } of rows) found.set(id, name)
    keep(db, rows)
  }
  return (id) => found.get(id) as string
}
