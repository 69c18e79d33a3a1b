import { Sleepers } from '../../sleepers.ts'

const couriers = new Sleepers()

/** Calls `wake` after each commit that left something to deliver. */
export const wakeOnCommit = (database: object, wake: () => void): void => couriers.wakeOnCommit(database, wake)

/** There is something to deliver. */
export const wakeFor = (database: object): void => couriers.wakeFor(database)
