/** The half that reads and checks: it has no keys, asks no network and starts no program. */
export {
  type Approval,
  approvalStatement,
  isAbout,
  provenanceStatement,
  type RunOrigin,
  type ScanResult,
  scanStatement,
  subjectOf,
  summaryOf,
} from './attestation.ts'
export { BUNDLE_MAX_BYTES, type Bundle, MEDIA_TYPE, readBundle, readBundles } from './bundle.ts'
export { fingerprintOf, identitiesOf, readCertificates } from './certificates.ts'
export { type Chain, chainOf, type Link, type LinkName, type LinkState } from './chain.ts'
export { attestedDigests, differenceFrom, isBeside, isUnder, mayBeLeftOut } from './coverage.ts'
export { asResources, type Difference, differenceOf, explainDifference, isSame } from './difference.ts'
export { digestsOf, type FileDigest, type ModelDigests, SINGLE_FILE } from './digests.ts'
export { hashModel, hashResources, type Progress } from './hash-model.ts'
export { objectIn, parseObject, type Unchecked } from './json.ts'
export type { KeylessCheck } from './keyless-check.ts'
export { type CurveName, type PublicKey, readPublicKey } from './keys.ts'
export { APPROVAL, KINDS, type Kind, kindOf, PROVENANCE, SCAN } from './kinds.ts'
export {
  digestsOfSigned,
  filesOf,
  IGNORED_OF_GIT,
  isModelSignature,
  MODEL_SIGNATURE,
  modelStatement,
  type Resource,
  readSignedModel,
  type Serialization,
  type SignedModel,
} from './oms.ts'
export { SignatureProblem } from './problem.ts'
export { readStatement, type Statement, type Subject } from './statement.ts'
export {
  joinTrust,
  NOBODY,
  readTrust,
  type Trust,
  type TrustedIdentity,
  trustAuthority,
  trustedRootIn,
  trustIdentity,
  trustKey,
} from './trust.ts'
export { type Checked, checkBundle, type Signer } from './verify.ts'
export { type ModelFile, modelFiles, type WalkRules } from './walk.ts'
