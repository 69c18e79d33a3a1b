import { approvalStatement } from '@millrace/sign'
import type { Writer } from '../../db/handles.ts'
import type { Target } from '../policy/index.ts'
import { attestOwn, setReservedTag } from '../signatures/index.ts'
import { inWords } from './candidate.ts'
import type { Decision, RequestRow } from './request-store.ts'

/** How far a version has come, in a tag that MLflow's clients see. */
export type Stand = 'asked for' | 'approved for' | 'rejected for' | 'put past the policy in'

const placeOf = ({ kind, target }: Pick<RequestRow, 'kind' | 'target'>): Target => ({ kind, name: target })

/** Shows on a version how its request for a place stands; with no stand, nothing is shown. */
export async function showApproval(
  tx: Writer,
  request: Pick<RequestRow, 'version_id' | 'kind' | 'target'>,
  stand: Stand | undefined,
  people: readonly { readonly user_name: string }[] = [],
): Promise<void> {
  const by = people.length === 0 ? '' : ` by ${people.map(({ user_name }) => user_name).join(', ')}`
  const text = stand && `${stand} ${inWords(placeOf(request))}${by}`
  await setReservedTag(tx, request.version_id, 'millrace.approval', text)
}

/** Keeps the approval beside the files as a statement that the server signs, where it has a key. */
export async function attestApproval(tx: Writer, request: RequestRow, approved_by: readonly Decision[], now_ms: number): Promise<void> {
  const approvers = approved_by.map(({ user_name, at_ms, reason }) => ({ user: user_name, approved_ms: at_ms, reason }))
  const { name: model, version, rule_sha256: policy_sha256 } = request
  const approval = { model, version, target: inWords(placeOf(request)), approvers, policy_sha256 }
  await attestOwn(tx, request.version_id, (subject) => approvalStatement(subject, approval), now_ms)
}
