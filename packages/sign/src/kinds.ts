import { isModelSignature } from './oms.ts'
import type { Statement } from './statement.ts'

/** What a statement on a model can be, by its predicate. */
export const KINDS = ['signature', 'provenance', 'scan', 'approval', 'other'] as const
export type Kind = (typeof KINDS)[number]

/** Where a model comes from: SLSA's provenance. */
export const PROVENANCE = 'https://slsa.dev/provenance/v1'
/** What a scan of its files found. */
export const SCAN = 'https://millrace.dev/scan/v1'
/** That somebody approved it for something. */
export const APPROVAL = 'https://millrace.dev/approval/v1'

/** What kind of statement it is. */
export function kindOf(statement: Statement): Kind {
  if (isModelSignature(statement)) return 'signature'
  switch (statement.predicate_type) {
    case PROVENANCE:
    case 'https://slsa.dev/provenance/v0.2':
      return 'provenance'
    case SCAN:
      return 'scan'
    case APPROVAL:
      return 'approval'
    default:
      return 'other'
  }
}
