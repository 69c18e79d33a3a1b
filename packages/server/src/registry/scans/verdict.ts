import { array, enumOf, int64, object, optional, type Static, string } from '../../http/schema.ts'

/** How a scan can end. What was not understood is not clean (law 16). */
export const ENDINGS = ['clean', 'suspicious', 'malicious', 'not_looked_at'] as const
export type Ending = (typeof ENDINGS)[number]

/** One thing that a scan found, as the wire has it. */
export const Finding = object({
  rule: string(),
  severity: string(),
  file: optional(string()),
  member: optional(string({ description: 'The member of an archive, where the file is one' })),
  offset: optional(int64()),
  evidence: optional(string()),
  cve: optional(string()),
  cure: optional(string({ description: 'What to do about it' })),
})
export type Finding = Static<typeof Finding>

/** What a scan said of a version's files. */
export const Verdict = object({
  ending: enumOf(ENDINGS),
  findings: array(Finding),
  rules_version: string({ description: 'The version of the rules by which it was judged' }),
  scanned_ms: int64({ description: 'Milliseconds since 1970' }),
})
export type Verdict = Static<typeof Verdict>
