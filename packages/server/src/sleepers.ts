/**
 * Who sleeps until there is something to do: a commit that leaves work wakes whoever does it for that database in this process, and nobody
 * polls.
 */
export class Sleepers {
  readonly #by_database = new WeakMap<object, () => void>()

  /** Calls `wake` after each commit that left something. */
  wakeOnCommit(database: object, wake: () => void): void {
    this.#by_database.set(database, wake)
  }

  /** There is something to do. */
  wakeFor(database: object): void {
    this.#by_database.get(database)?.()
  }
}
