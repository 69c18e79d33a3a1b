import type { Served } from './served.ts'
import type { Split } from './split.ts'

/**
 * The models that a process serves. A version is put in place of another in one step: a request has looked its model up before that and
 * keeps it to its end, or looks it up after; none finds nothing.
 */
export class Models {
  readonly #by_name = new Map<string, Map<string, Served>>()
  readonly #current = new Map<string, Served>()
  readonly #splits = new Map<string, Split>()

  readonly #onPut: (model: Served) => void
  readonly #onGone: (model: Served) => void

  /** `onPut` hears of each version that serves, before its first request; `onGone` of each that serves no more. */
  constructor(onPut: (model: Served) => void = () => {}, onGone: (model: Served) => void = () => {}) {
    this.#onPut = onPut
    this.#onGone = onGone
  }

  /** Puts a version there. It becomes the one that its name stands for, in place of `before`, which is forgotten. */
  put(model: Served, before?: Served): void {
    this.#onPut(model)
    const versions = this.#by_name.get(model.name) ?? new Map<string, Served>()
    versions.set(model.version, model)
    if (before && before.version !== model.version) {
      versions.delete(before.version)
      this.#onGone(before)
    }
    this.#by_name.set(model.name, versions)
    const current = this.#current.get(model.name)
    if (current === undefined || current === before) this.#current.set(model.name, model)
  }

  /** The model of a name, or a version of it; without a name the first that was put there. */
  find(name?: string, version?: string): Served | undefined {
    if (name === undefined) return this.#current.values().next().value
    return version === undefined ? this.#current.get(name) : this.#by_name.get(name)?.get(version)
  }

  /** Who answers a request for a name, or for the first one: during a rollout one of two versions, the same one for the same key. */
  choose(name: string | undefined, key: string | undefined): Served | undefined {
    const model = this.find(name)
    if (this.#splits.size === 0 || model === undefined) return model
    const split = this.#splits.get(model.name)
    return split?.stable === model ? split.choose(key) : model
  }

  /** Divides the requests for a name between two versions. */
  divide(split: Split): void {
    this.put(split.candidate)
    this.#splits.set(split.stable.name, split)
  }

  /** Ends a division: who is current answers all; a candidate that has not become it is forgotten. */
  unite(split: Split): void {
    split.end()
    const { name, version } = split.candidate
    if (this.#splits.get(name) === split) this.#splits.delete(name)
    if (this.#current.get(name) === split.candidate) return
    this.#by_name.get(name)?.delete(version)
    this.#onGone(split.candidate)
  }

  /** The division in which a version takes part. */
  splitOf(model: Served): Split | undefined {
    if (this.#splits.size === 0) return undefined
    const split = this.#splits.get(model.name)
    return split && (split.stable === model || split.candidate === model) ? split : undefined
  }

  get splits(): readonly Split[] {
    return [...this.#splits.values()]
  }

  get names(): readonly string[] {
    return [...this.#by_name.keys()]
  }

  versionsOf(name: string): readonly string[] {
    return [...(this.#by_name.get(name)?.keys() ?? [])]
  }

  get all(): readonly Served[] {
    return [...this.#by_name.values()].flatMap((versions) => [...versions.values()])
  }
}
