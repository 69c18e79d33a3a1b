import { createHash } from 'node:crypto'
import type { Reader } from '../../db/handles.ts'
import { findKeys } from '../entity-keys.ts'
import { namesOfRuns, notedAll, notedByKeys } from './live-store.ts'

// A longer value is known by its digest.
const KEPT_MAX_CHARS = 64

/** The names whose values somebody looks at, and the runs of which all is looked at. */
export type Looked = { readonly params: ReadonlySet<string>; readonly tags: ReadonlySet<string>; readonly whole: ReadonlySet<number> }

/** What runs have noted of what is looked at: by `param 7` or `tag 7`, its value or what tells it from another. */
type Noted = ReadonlyMap<number, ReadonlyMap<string, string>>

const KINDS = [
  ['param', 'params'],
  ['tag', 'tags'],
] as const

/**
 * The params and tags of runs as they were at the last look, to say of which runs they are others now. The values themselves are not
 * told: whoever may see them asks for them as ever, and so credentials stay hidden where they are hidden.
 */
export class LiveNotes {
  #looked: Looked = { params: new Set(), tags: new Set(), whole: new Set() }
  #noted: Noted = new Map()
  #names: ReadonlyMap<number, number> = new Map()

  /** Of these runs, those that have other params or tags than at the last look; what nobody looked at then is no news. */
  async changed(db: Reader, runs: readonly number[], looked: Looked): Promise<number[]> {
    const [before, lookedBefore] = [this.#noted, this.#looked]
    const keys = await keysOf(db, looked)
    this.#noted = await notedOf(db, runs, keys, looked.whole)
    this.#looked = looked
    const compared = new Set(
      KINDS.flatMap(([kind, names]) =>
        [...keys[names]].flatMap(([name, key]) => (lookedBefore[names].has(name) ? [`${kind} ${key}`] : [])),
      ),
    )
    return runs.filter((run) => {
      const known = before.get(run)
      if (!known) return false
      const isWhole = looked.whole.has(run) && lookedBefore.whole.has(run)
      const now = this.#noted.get(run) ?? new Map<string, string>()
      return [...new Set([...known.keys(), ...now.keys()])].some(
        (place) => known.get(place) !== now.get(place) && (isWhole || compared.has(place)),
      )
    })
  }

  /** Whether one of these runs has more names, of metrics, params or tags, than at the last look. */
  async hasNewNames(db: Reader, runs: readonly number[]): Promise<boolean> {
    const before = this.#names
    this.#names = await namesOfRuns(db, runs)
    return [...this.#names].some(([run, names]) => names > (before.get(run) ?? 0))
  }
}

/** The ids of names; a name that nobody has logged yet has none. */
type Keys = { readonly params: ReadonlyMap<string, number>; readonly tags: ReadonlyMap<string, number> }

const keysOf = async (db: Reader, { params, tags }: Looked): Promise<Keys> => ({
  params: await findKeys(db, params),
  tags: await findKeys(db, tags),
})

async function notedOf(db: Reader, runs: readonly number[], keys: Keys, whole: ReadonlySet<number>): Promise<Noted> {
  const noted = new Map(runs.map((run) => [run, new Map<string, string>()]))
  for (const [kind, names] of KINDS) {
    const rows = [...(await notedByKeys(db, kind, runs, [...keys[names].values()])), ...(await notedAll(db, kind, [...whole]))]
    for (const [run, key, value] of rows) noted.get(run)?.set(`${kind} ${key}`, told(value))
  }
  for (const [run, names] of await namesOfRuns(db, [...whole])) noted.get(run)?.set('names', String(names))
  return noted
}

const told = (value: string): string => (value.length <= KEPT_MAX_CHARS ? value : createHash('sha256').update(value).digest('base64'))
