import { command, query, type Reader, type Writer } from '../db/handles.ts'
import { ApiError } from '../http/errors.ts'
import type { Segments } from './path.ts'
import type { Incoming, Kept, Store } from './stores/store.ts'

const FREEZE = command('insert into frozen_place (place, version) values (?, ?)')
const THAW = command('delete from frozen_place where version = ?')
const BY = `select m.name, v.version, f.version as id from frozen_place f
  join model_version v on v.id = f.version join registered_model m on m.id = v.model`
const AT_OR_ABOVE = query<Freezer>((dialect) => `${BY} where ${dialect.inTexts('f.place')} order by f.version limit 1`)
const BELOW = query<Freezer>(`${BY} where f.place > ? and f.place < ? order by f.version limit 1`)

type Freezer = { readonly name: string; readonly version: number; readonly id: number }

/** A file or folder as one text, the same through whichever root it is reached. */
const placeOf = (store: Store, path: Segments): string => [store.root.replace(/\/+$/, ''), ...path].join('/')

/** A place as `frozen_place` has it, and then every folder that it lies in. */
export function upwards(store: Store, path: Segments): string[] {
  const place = placeOf(store, path)
  const places: string[] = []
  for (let end = place.length; end > 0; end = place.lastIndexOf('/', end - 1)) places.push(place.slice(0, end))
  return places
}

const isWithin = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}/`)

/** From the commit on, what lies there belongs to the version and is written by nobody. */
export async function freeze(tx: Writer, store: Store, path: Segments, version: number): Promise<void> {
  await tx.run(FREEZE, placeOf(store, path), version)
}

/** A version that is deleted holds its files no longer; others that were made of them still do. */
export async function thaw(tx: Writer, version: number): Promise<void> {
  await tx.run(THAW, version)
}

/** The version that keeps a file, or anything in a folder, from being changed; undefined when there is none. */
export async function frozenBy(db: Reader, store: Store, path: Segments): Promise<Freezer | undefined> {
  const place = placeOf(store, path)
  // '0' is the character after '/': all that lies below, and nothing beside it.
  return (await db.get(AT_OR_ABOVE, db.dialect.list(upwards(store, path)))) ?? (await db.get(BELOW, `${place}/`, `${place}0`))
}

/** @throws ApiError RESOURCE_CONFLICT when a registered version is made of these files */
export async function refuseFrozen(db: Reader, store: Store, path: Segments): Promise<void> {
  const by = await frozenBy(db, store, path)
  if (!by) return
  throw new ApiError(
    'RESOURCE_CONFLICT',
    `'${path.at(-1) ?? ''}' belongs to version ${by.version} of the registered model '${by.name}', whose files are frozen. ` +
      'Log the change to a new run or model and register that, or delete the version first.',
  )
}

type UnderWay = { readonly place: string; readonly done: Promise<void> }
const underWay = new WeakMap<object, Set<UnderWay>>()
const slipped = new WeakMap<object, (version: number) => Promise<void>>()

/** Calls `again` for a version that was made while another process was just changing its files: they are to be hashed once more. */
export function onSlipped(database: object, again: (version: number) => Promise<void>): void {
  slipped.set(database, again)
}

/** Waits for the changes that began in this process before the files were frozen; none begins after that. */
export async function changesSettled(database: object, store: Store, path: Segments): Promise<void> {
  const place = placeOf(store, path)
  const those = [...(underWay.get(database) ?? [])].filter((one) => isWithin(one.place, place) || isWithin(place, one.place))
  await Promise.all(those.map(({ done }) => done))
}

/**
 * Changes files unless they are frozen. The change is on the list before it asks, so a version that is made after the answer waits for it;
 * and it asks once more at its end, for versions that were made by way of another process meanwhile.
 * @throws ApiError RESOURCE_CONFLICT
 */
export async function changeThawed(db: Reader, store: Store, path: Segments, change: () => Promise<void>): Promise<void> {
  const { promise: done, resolve: leave } = Promise.withResolvers<void>()
  const entry = { place: placeOf(store, path), done }
  const list = underWay.get(db.identity) ?? new Set<UnderWay>()
  underWay.set(db.identity, list.add(entry))
  try {
    await refuseFrozen(db, store, path)
    try {
      await change()
    } finally {
      const by = await frozenBy(db, store, path)
      if (by) await slipped.get(db.identity)?.(by.id)
    }
  } finally {
    list.delete(entry)
    leave()
  }
}

/** Keeps an upload unless its path is frozen: asked before the first byte, and again when it is to take its name. */
export async function writeThawed(db: Reader, store: Store, path: Segments, incoming: Incoming): Promise<Kept> {
  await refuseFrozen(db, store, path)
  return store.write(path, { ...incoming, publish: (step) => changeThawed(db, store, path, step) })
}
