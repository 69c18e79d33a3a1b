import { read } from '../../http/endpoint.ts'
import { array, boolean, enumOf, object, optional, string } from '../../http/schema.ts'
import { approvalsMissing, assess, isPrompt, openRequests, reviewsOf, versionIn } from '../gates/index.ts'
import { versionByNumber } from '../model-versions/index.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { policyInForce, ruleFor } from '../policy/index.ts'
import { Missing } from './promotion-request.ts'
import { placeFields, requiredTarget } from './target.ts'

export const explainPromotion = read({
  route: 'GET /api/2.0/millrace/promotions/explain',
  summary: 'Tell whether the policy would let a model version have an alias or a stage, and what is missing; nothing is changed',
  access: { permission: 'read', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, version: VersionNumber, ...placeFields }),
  output: object({
    is_protected: boolean(),
    allowed: boolean({ description: 'Whether it could be put there now' }),
    policy: enumOf(['file', 'api', 'default'], { description: 'Where the policy comes from' }),
    rule: optional(string({ description: 'The rule that decides, as JSON' })),
    in_place: optional(VersionNumber),
    missing: array(Missing),
    approved_by: array(string()),
    request_id: optional(string()),
  }),
  async handler(db, { name, version, ...place }, context) {
    const target = requiredTarget(place)
    const row = await versionByNumber(db, name, version)
    const { policy, origin } = await policyInForce(db, context)
    const rule = isPrompt(row) ? undefined : ruleFor(policy, name, target)
    const in_place = await versionIn(db, row.model, target)
    if (!rule) return { is_protected: false, allowed: true, policy: origin, in_place, missing: [], approved_by: [] }
    const assessment = await assess(db, rule, row, target)
    const { now_ms } = context
    const request = (await openRequests(db, row, target)).find(
      ({ bound_sha256, expires_ms }) => bound_sha256 === assessment.bound_sha256 && expires_ms > now_ms,
    )
    const { approvals } = rule.require
    const reviews = request ? await reviewsOf(db, request, approvals, now_ms) : { approved_by: [], rejected_by: [] }
    const rejections = reviews.rejected_by.map((one) => ({ what: 'approvals', says: `${one.user_name} rejected it: ${one.reason}` }))
    const missing = [...assessment.lacks, ...approvalsMissing(approvals, reviews.approved_by.length), ...rejections]
    return {
      is_protected: true,
      allowed: missing.length === 0 || in_place === version,
      policy: origin,
      rule: JSON.stringify(rule),
      in_place,
      missing: missing.map(({ what, says }) => ({ what, says })),
      approved_by: reviews.approved_by.map(({ user_name }) => user_name),
      request_id: request?.request_id,
    }
  },
})
