/** The front door of calls to addresses that somebody else chose. */
export { hostProblem } from './host-problem.ts'
export { type Outgoing, post, Refused, type Sent } from './post.ts'
