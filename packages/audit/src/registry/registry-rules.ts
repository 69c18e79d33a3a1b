import type { Category, Finding, Severity } from '../finding.ts'

/** What is said of each place where a rule on registries finds something. */
export type RegistryRule = Pick<Finding, 'rule' | 'title' | 'why' | 'means' | 'recommendation' | 'cwe'> & {
  readonly category: Category
  readonly severity: Severity
}

const SERVED = /^(?:champion|prod(?:uction)?|live|release)$/i
const WIDE = [
  /^(?:file:\/\/)?\/?(?:|root|opt|srv|data)\/?$/i,
  // Below these, one folder is still a person's, a disk's, or everybody's.
  /^(?:file:\/\/)?\/?(?:home|Users|mnt|tmp|var)(?:\/[^/]*)?\/?$/i,
  /^(?:s3|gs|wasbs?|abfss?|r2|b2):\/\/[^/]+\/?$/i,
]
const OUTSIDE = /^(?:https?|ftp|sftp|hdfs|dbfs|file|huggingface|hf):/i

/** Whether an alias is called like one that is served. */
export const isServed = (alias: string): boolean => SERVED.test(alias)

/** Whether the source of a version is of another place than the server's own store. */
export const isOutside = (source: string): boolean => OUTSIDE.test(source)

/** Whether a folder or bucket of artifacts holds everything else too. An experiment's own folder, a number, is below the root. */
export const isWide = (location: string): boolean =>
  location !== '' && WIDE.some((pattern) => pattern.test(location.replace(/\/\d+\/?$/, '')))

/** The rules on registries, whoever looks: `millrace audit` from outside, or the server that keeps the registry. */
export const REGISTRY_RULES = {
  malicious: {
    rule: 'registry/malicious',
    category: 'REMOTE_CODE_EXECUTION',
    severity: 'critical',
    cwe: 502,
    title: 'Malicious versions are in production',
    why: 'A stage or alias that is served points to them, and a scan of their files ended as malicious.',
    means: 'What their author put into them runs wherever they are loaded by something that does not ask Millrace first.',
    recommendation: 'Roll back now (millrace rollback), look at who loaded them, and keep them quarantined.',
  },
  suspicious: {
    rule: 'registry/suspicious',
    category: 'MODEL_INTEGRITY',
    severity: 'high',
    cwe: 502,
    title: 'Suspicious versions are in production',
    why: 'A stage or alias that is served points to them, and a scan of their files found something that harmless models have not.',
    means: 'They may do more than predict when they are loaded.',
    recommendation: 'Read what was found (millrace scan models:/name/version), and serve another version until it is explained.',
  },
  unscanned: {
    rule: 'registry/unscanned',
    category: 'MODEL_INTEGRITY',
    severity: 'medium',
    cwe: 345,
    title: 'Versions in production that nothing has scanned',
    why: 'A stage or alias that is served points to them, and no clean scan is on record.',
    means: 'A pickle in them runs where they are loaded.',
    recommendation: 'Scan them (millrace scan); Millrace scans each version when it is registered.',
  },
  unsigned: {
    rule: 'registry/unsigned',
    category: 'MODEL_INTEGRITY',
    severity: 'medium',
    cwe: 347,
    title: 'Versions in production that nobody signed',
    why: 'A stage or alias that is served points to them, and no signature of their files is on record.',
    means: 'Who can write to the artifact store changes what is served, and nothing notices.',
    recommendation: 'Sign them (millrace sign), and let the policy ask for it.',
  },
  unapproved: {
    rule: 'registry/unapproved',
    category: 'UNREVIEWED_PROMOTION',
    severity: 'medium',
    cwe: 862,
    title: 'Versions in production without anybody’s approval',
    why: 'Their stage or alias was changed, and no approval is on record.',
    means: 'Whoever may write to the registry decides what is served.',
    recommendation: 'Let protected stages and aliases ask for a second person (docs/guide/approvals.md).',
  },
  bypassed: {
    rule: 'registry/bypassed',
    category: 'UNREVIEWED_PROMOTION',
    severity: 'medium',
    cwe: 862,
    title: 'Versions in production that were put past the policy',
    why: 'Two people said that it was an emergency, and what the policy asks for was never made up for.',
    means: 'What was meant for a night is what is served.',
    recommendation: 'Have the version approved as others are, or roll back.',
  },
  unprotected: {
    rule: 'registry/unprotected',
    category: 'UNREVIEWED_PROMOTION',
    severity: 'medium',
    cwe: 862,
    title: 'Places of production that no rule of the policy protects',
    why: 'A version is in them, and the policy asks nothing of a version before it comes there.',
    means: 'Whoever may write to the model decides alone what is served.',
    recommendation: 'Add them to a rule of the policy (docs/guide/approvals.md).',
  },
  outside: {
    rule: 'registry/outside-source',
    category: 'MODEL_INTEGRITY',
    severity: 'high',
    cwe: 829,
    title: 'Models are loaded from outside',
    why: 'The source of the version is an address or a path that is not of the server’s own store.',
    means: 'What is there can be changed without the registry, and a server that opens it can be led to its own files.',
    recommendation: 'Log the model, and register it from its run; Millrace takes no other source.',
  },
  wide_root: {
    rule: 'server/wide-root',
    category: 'DATA_EXPOSURE',
    severity: 'medium',
    cwe: 668,
    title: 'Artifacts are kept where everything else is',
    why: 'The root of the artifacts is a whole bucket, a home, or a folder of the system.',
    means: 'A mistake in a path, or a login for artifacts, reaches everything beside them.',
    recommendation: 'Give artifacts a prefix or folder of their own, and a login that reaches nothing else.',
  },
} as const satisfies Readonly<Record<string, RegistryRule>>
