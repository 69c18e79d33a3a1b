import { reviewersAmong } from '../../access/reviewers.ts'
import type { Writer } from '../../db/handles.ts'
import { emit } from '../../events/index.ts'
import type { Context } from '../../http/context.ts'
import { ApiError, missing } from '../../http/errors.ts'
import { Refusal } from '../../http/refusal.ts'
import {
  type Assessment,
  approvalsMissing,
  assess,
  closeRequest,
  decisionsOn,
  isAuthor,
  type RequestRow,
  recordDecision,
  requestById,
  requestToChange,
  reviewsOf,
  showApproval,
  updateMissing,
} from '../gates/index.ts'
import { type VersionRow, versionByNumber } from '../model-versions/index.ts'
import { policyInForce, type Rule, ruleFor, type Target } from '../policy/index.ts'
import { notOpen, type PromotionRequest, requestToWire, stateOf } from './promotion-request.ts'

/** A request that somebody is about to decide on, and what it is about, found to be unchanged. */
export type UnderReview = {
  readonly request: RequestRow
  readonly version: VersionRow
  readonly target: Target
  readonly rule: Rule
  readonly assessment: Assessment
}

/**
 * Finds a request for somebody who decides on it. One that is about something that has changed meanwhile is ended, and the refusal keeps
 * that.
 * @throws ApiError RESOURCE_DOES_NOT_EXIST, RESOURCE_CONFLICT, PERMISSION_DENIED for whoever has not signed in
 */
export async function underReview(tx: Writer, request_id: string, { caller, settings, now_ms }: Context): Promise<UnderReview | Refusal> {
  if (caller.user_id === 0) {
    throw new ApiError('PERMISSION_DENIED', 'A decision has a name under it: start the server with --auth, so that people sign in.')
  }
  const request = await requestToChange(tx, request_id)
  if (!request) throw missing(`There is no promotion request '${request_id}'.`)
  // Whoever rejected may think otherwise; all else that isn't open stays as it is.
  const state = stateOf(request, await decisionsOn(tx, request.id), now_ms)
  if (state !== 'open' && state !== 'approved' && state !== 'rejected') throw notOpen(request, state)
  const version = await versionByNumber(tx, request.name, request.version)
  const target = { kind: request.kind, name: request.target }
  const { policy } = await policyInForce(tx, { caller, settings })
  const rule = ruleFor(policy, request.name, target)
  const assessment = rule && (await assess(tx, rule, version, target))
  if (rule && assessment?.bound_sha256 === request.bound_sha256) return { request, version, target, rule, assessment }
  await closeRequest(tx, request.id, 'void', now_ms)
  await showApproval(tx, request, undefined)
  return new Refusal(notOpen(request, 'void'), { request: request_id })
}

/** @throws ApiError PERMISSION_DENIED when the caller asked for it or made the version, or is not of the group that decides */
async function requireReviewer(tx: Writer, { request, rule }: UnderReview, { caller }: Context): Promise<void> {
  const who = { user_id: caller.user_id, user_name: caller.user }
  if (isAuthor(request, who)) {
    throw new ApiError('PERMISSION_DENIED', 'Who made the version or asked for its promotion does not decide on it: somebody else must.')
  }
  await requireMember(tx, caller.user_id, rule.require.approvals?.group)
}

/** @throws ApiError PERMISSION_DENIED when a group is named and the account is not in it */
export async function requireMember(tx: Writer, account: number, group: string | undefined): Promise<void> {
  if (group === undefined || (await reviewersAmong(tx, [account], group)).has(account)) return
  throw new ApiError('PERMISSION_DENIED', `The policy leaves this to the group '${group}', and you are not in it.`)
}

/** Keeps what a reviewer says of a request, tells of it, and answers with what became of the request. */
export async function decide(
  tx: Writer,
  { request_id, reason }: { readonly request_id: string; readonly reason: string },
  says: 'approve' | 'reject',
  context: Context,
): Promise<{ promotion_request: PromotionRequest } | Refusal> {
  const review = await underReview(tx, request_id, context)
  if (review instanceof Refusal) return review
  await requireReviewer(tx, review, context)
  const { caller, now_ms } = context
  await recordDecision(tx, review.request.id, caller, says, reason, now_ms)
  const event = says === 'approve' ? 'promotion_request.approved' : 'promotion_request.rejected'
  await emit(tx, { event, data: { ...told(review), by: caller.user, reason } }, now_ms)
  return reviewed(tx, review, now_ms)
}

/** Says anew what is missing after a decision, and gives the request as the wire has it. */
export async function reviewed(
  tx: Writer,
  { request, rule, assessment }: UnderReview,
  now_ms: number,
): Promise<{ promotion_request: PromotionRequest }> {
  const { approvals } = rule.require
  const { approved_by, rejected_by } = await reviewsOf(tx, request, approvals, now_ms)
  const rejections = rejected_by.map(({ user_name, reason }) => ({
    what: 'approvals' as const,
    says: `${user_name} rejected it: ${reason}`,
  }))
  await updateMissing(tx, request, [...assessment.lacks, ...approvalsMissing(approvals, approved_by.length), ...rejections])
  const row = (await requestById(tx, request.request_id)) as RequestRow
  const decisions = await decisionsOn(tx, row.id)
  const state = stateOf(row, decisions, now_ms)
  if (state === 'rejected') await showApproval(tx, row, 'rejected for', rejected_by)
  else await showApproval(tx, row, state === 'open' ? 'asked for' : 'approved for', approved_by)
  return { promotion_request: requestToWire(row, decisions, now_ms) }
}

/** What events tell of a request. */
export const told = ({ request, target }: UnderReview) => ({
  name: request.name,
  version: String(request.version),
  [target.kind]: target.name,
  request_id: request.request_id,
})
