/** The policy: what is protected and what it asks for. `parse-policy.ts` is not passed on: it brings YAML, which only some starts need. */
export {
  type Approvals,
  digestOfRule,
  type Emergency,
  type MetricBounds,
  type Policy,
  type Requirements,
  type Rule,
  refusedDownloads,
  ruleFor,
  signerInWords,
  type Target,
  type WantedSigner,
} from './policy.ts'
export { type Asking, dropPolicy, type PolicyOrigin, policyInForce, savePolicy, storedPolicy } from './policy-store.ts'
export { asksForPeople, readPolicy } from './read-policy.ts'
