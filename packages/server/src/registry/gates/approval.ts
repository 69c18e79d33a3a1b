import { reviewersAmong } from '../../access/reviewers.ts'
import type { Reader } from '../../db/handles.ts'
import type { Approvals } from '../policy/index.ts'
import { type Decision, decisionsOn, type RequestRow } from './request-store.ts'

/** How a request's reviews stand. */
export type Reviews = {
  readonly approved_by: readonly Decision[]
  readonly rejected_by: readonly Decision[]
}

/** Whose request or version it is can't approve it, by account or by name: a name may have been recorded by a server without accounts. */
export const isAuthor = ({ asked_by, asked_by_id, author }: RequestRow, who: { user_id: number; user_name: string }): boolean =>
  who.user_id === asked_by_id || who.user_name === asked_by || who.user_name === author

/** The reviews of a request that count now: of people who can still sign in, are still in the group, and said it in time. */
export async function reviewsOf(db: Reader, request: RequestRow, approvals: Approvals | undefined, now_ms: number): Promise<Reviews> {
  const reviews = (await decisionsOn(db, request.id)).filter(({ kind }) => kind === 'review')
  const rejected_by = reviews.filter(({ says }) => says === 'reject')
  if (!approvals) return { approved_by: [], rejected_by }
  const said = reviews.filter((one) => one.says === 'approve' && one.at_ms > now_ms - approvals.within_ms && !isAuthor(request, one))
  const allowed = await reviewersAmong(
    db,
    said.map(({ user_id }) => user_id),
    approvals.group,
  )
  return { approved_by: said.filter(({ user_id }) => allowed.has(user_id)), rejected_by }
}
