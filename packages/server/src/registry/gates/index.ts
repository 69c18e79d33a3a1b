/** The gates before protected aliases and stages: whoever moves one asks here first, and records the move. */

export { isAuthor, reviewsOf } from './approval.ts'
export { type Assessment, assess, type Lack } from './assess.ts'
export { recordFinishedCanary } from './canary.ts'
export { type Candidate, inWords, isPrompt } from './candidate.ts'
export { approvalsMissing, type Pass, passGate, passRule, refuse } from './gate.ts'
export { requireLoadable } from './loads.ts'
export {
  lastMoves,
  type Move,
  type MoveKind,
  movesBefore,
  recordAliasGone,
  recordArchived,
  recordMoveTo,
  recordStageLeft,
  recordVersionDeleted,
  versionIn,
} from './move-store.ts'
export { placesOf } from './places.ts'
export {
  closeRequest,
  closeRequestsOf,
  type Decision,
  decisionsOn,
  openRequests,
  type RequestRow,
  recordDecision,
  requestById,
  requestsBefore,
  requestToChange,
  updateMissing,
} from './request-store.ts'
export { showApproval } from './show-approval.ts'
