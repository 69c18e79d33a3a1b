import type { Served } from './served.ts'

/**
 * The models that a process serves. A version is put in place of another in one step: a request has looked its model up before that and
 * keeps it to its end, or looks it up after; none finds nothing.
 */
export class Models {
  readonly #by_name = new Map<string, Map<string, Served>>()
  readonly #current = new Map<string, Served>()

  /** Puts a version there. It becomes the one that its name stands for, in place of `before`, which is forgotten. */
  put(model: Served, before?: Served): void {
    const versions = this.#by_name.get(model.name) ?? new Map<string, Served>()
    versions.set(model.version, model)
    if (before && before.version !== model.version) versions.delete(before.version)
    this.#by_name.set(model.name, versions)
    const current = this.#current.get(model.name)
    if (current === undefined || current === before) this.#current.set(model.name, model)
  }

  /** The model of a name, or a version of it; without a name the first that was put there. */
  find(name?: string, version?: string): Served | undefined {
    if (name === undefined) return this.#current.values().next().value
    return version === undefined ? this.#current.get(name) : this.#by_name.get(name)?.get(version)
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
