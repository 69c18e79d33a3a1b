// By database: a commit that queues something wakes whoever delivers from it in this process, and nobody polls.
const sleepers = new WeakMap<object, () => void>()

/** Calls `wake` after each commit that left something to deliver. */
export function wakeOnCommit(database: object, wake: () => void): void {
  sleepers.set(database, wake)
}

/** There is something to deliver. */
export function wakeFor(database: object): void {
  sleepers.get(database)?.()
}
