import { Sleepers } from '../sleepers.ts'

const auditors = new Sleepers()

/** Calls `wake` after each commit that left an audit to be made. */
export const wakeOnCommit = (database: object, wake: () => void): void => auditors.wakeOnCommit(database, wake)

/** There is an audit to be made. */
export const wakeFor = (database: object): void => auditors.wakeFor(database)
