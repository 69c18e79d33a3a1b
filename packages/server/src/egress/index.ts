/** The front door of calls to addresses that somebody else chose. */
export { fetchWithin } from './fetch.ts'
export { hostProblem } from './host-problem.ts'
export { type Outgoing, post, Refused, type Sent } from './post.ts'
