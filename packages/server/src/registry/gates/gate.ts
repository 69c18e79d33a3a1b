import type { Writer } from '../../db/handles.ts'
import { emit } from '../../events/index.ts'
import type { Context } from '../../http/context.ts'
import { ApiError } from '../../http/errors.ts'
import { Refusal } from '../../http/refusal.ts'
import { type Approvals, policyInForce, type Rule, ruleFor, type Target } from '../policy/index.ts'
import { reviewsOf } from './approval.ts'
import { type Assessment, assess, type Lack } from './assess.ts'
import { type Candidate, inWords, isPrompt } from './candidate.ts'
import { versionIn } from './move-store.ts'
import { closeRequest, openRequest, openRequests, type RequestRow, updateMissing } from './request-store.ts'
import { attestApproval, showApproval } from './show-approval.ts'

/** Leave to put a version in a place: under which rule, by which request. */
export type Pass = { readonly rule_sha256?: string; readonly request_id?: string }

/** How long a request stays open where no approvals, and so no time for them, are asked for. */
const OPEN_MS = 7 * 86_400_000

/**
 * Whether a version may be put in a place. Where nothing protects the place that is one look at the policy. Otherwise all that the rule
 * asks for must be there now, in this transaction; if it isn't, a request is opened, or the one that is open is told of, and the refusal
 * keeps it. The caller holds the lock of the model's row.
 */
export async function passGate(tx: Writer, candidate: Candidate, target: Target, context: Context): Promise<Pass | Refusal> {
  if (isPrompt(candidate)) return {}
  const { policy } = await policyInForce(tx, context)
  const rule = ruleFor(policy, candidate.name, target)
  if (!rule) return {}
  // What is there already is not put there.
  if ((await versionIn(tx, candidate.model, target)) === candidate.version) return {}
  return passRule(tx, rule, candidate, target, context, await assess(tx, rule, candidate, target))
}

/** The same under a rule that is known, with what was found out about the version. */
export async function passRule(
  tx: Writer,
  rule: Rule,
  candidate: Candidate,
  target: Target,
  context: Context,
  assessment: Assessment,
): Promise<Pass | Refusal> {
  const { rule_sha256, lacks } = assessment
  const { approvals } = rule.require
  if (!approvals && lacks.length === 0) return { rule_sha256 }
  const final = lacks.filter((lack) => lack.final)
  if (final.length > 0) return refuse(candidate, target, final)
  const request = await currentRequest(tx, candidate, target, assessment, context.now_ms)
  const { approved_by, rejected_by } = request
    ? await reviewsOf(tx, request, approvals, context.now_ms)
    : { approved_by: [], rejected_by: [] }
  if (request && rejected_by.length > 0) {
    const said = rejected_by.map(({ user_name, reason }) => `${user_name} rejected it: ${reason}`).join('; ')
    return refuse(candidate, target, [...lacks, { what: 'approvals', says: said }], request.request_id)
  }
  const missing = [...lacks, ...approvalsMissing(approvals, approved_by.length)]
  if (missing.length > 0) return askFor(tx, rule, candidate, target, context, assessment, missing, request)
  if (!request) return { rule_sha256 }
  await closeRequest(tx, request.id, 'used', context.now_ms)
  await showApproval(tx, request, 'approved for', approved_by)
  if (approvals) await attestApproval(tx, request, approved_by, context.now_ms)
  return { rule_sha256, request_id: request.request_id }
}

/** The open request that is about exactly this; those that are about something that has changed are ended. */
async function currentRequest(
  tx: Writer,
  candidate: Candidate,
  target: Target,
  { bound_sha256 }: Assessment,
  now_ms: number,
): Promise<RequestRow | undefined> {
  let current: RequestRow | undefined
  for (const request of await openRequests(tx, candidate, target)) {
    if (current === undefined && request.bound_sha256 === bound_sha256 && request.expires_ms > now_ms) current = request
    else {
      await closeRequest(tx, request.id, 'void', now_ms)
      await showApproval(tx, request, undefined)
    }
  }
  return current
}

/** What is missing of approvals. */
export function approvalsMissing(approvals: Approvals | undefined, have: number): Lack[] {
  if (!approvals || have >= approvals.count) return []
  const people = `${approvals.count} ${approvals.count === 1 ? 'approval' : 'approvals'}`
  const from = approvals.group === undefined ? 'of somebody else' : `of the group '${approvals.group}'`
  return [{ what: 'approvals', says: `it needs ${people} ${from}, and has ${have}` }]
}

async function askFor(
  tx: Writer,
  rule: Rule,
  candidate: Candidate,
  target: Target,
  { caller, now_ms }: Context,
  assessment: Assessment,
  missing: readonly Lack[],
  request: RequestRow | undefined,
): Promise<Refusal> {
  if (request) {
    await updateMissing(tx, request, missing)
    return refuse(candidate, target, missing, request.request_id)
  }
  const expires_ms = now_ms + (rule.require.approvals?.within_ms ?? OPEN_MS)
  const request_id = await openRequest(tx, candidate, target, assessment, missing, caller, now_ms, expires_ms)
  const data = { name: candidate.name, version: String(candidate.version), [target.kind]: target.name, request_id, asked_by: caller.user }
  await showApproval(tx, { version_id: candidate.id, kind: target.kind, target: target.name }, 'asked for')
  await emit(tx, { event: 'promotion_request.created', data: { ...data, missing: missing.map(({ says }) => says) } }, now_ms)
  return refuse(candidate, target, missing, request_id)
}

/** The refusal in a sentence: what is missing, and what to do. */
export function refuse({ name, version }: Candidate, target: Target, missing: readonly Lack[], request_id?: string): Refusal {
  const what = missing.map(({ says }) => says).join('; ')
  const then =
    request_id === undefined
      ? ''
      : ` Request ${request_id} is open for it: reviewers see it with 'millrace requests show'; try again when it is approved.`
  const message = `Version ${version} of '${name}' may not have the ${inWords(target)} yet: ${what}.${then}`
  return new Refusal(new ApiError('PERMISSION_DENIED', message), {
    [target.kind]: target.name,
    version: String(version),
    // By this word the audit log's alerts know it from a want of permission.
    promotion: 'refused',
    ...(request_id !== undefined && { request: request_id }),
  })
}
