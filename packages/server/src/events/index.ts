/** The front door of events: other rooms tell of changes here, and know nothing of who listens. */
export { emit } from './emit.ts'
export type { Event, EventName } from './event.ts'
