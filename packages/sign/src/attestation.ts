import { checkedHex, type ModelDigests } from './digests.ts'
import type { Unchecked } from './json.ts'
import { APPROVAL, PROVENANCE, SCAN } from './kinds.ts'
import { SignatureProblem } from './problem.ts'
import type { Statement, Subject } from './statement.ts'

/** The subject of a statement on a model: both digests, of which `dirHash` also binds the files' names. @throws SignatureProblem */
export function subjectOf(name: string, { sha256, dirHash }: ModelDigests): Subject {
  if (dirHash !== undefined) return { name, digest: { sha256, dirHash } }
  throw new SignatureProblem('A file of the model has a line break in its name: nothing can be attested of it (in-toto dirHash).')
}

/**
 * Whether a statement is about this model. The digest of OpenSSF model signing says nothing of how files are called, so that it alone is
 * not enough: the same bytes under other names are another model.
 */
export function isAbout({ subjects }: Statement, { sha256, dirHash }: ModelDigests): boolean {
  return subjects.some(({ digest }) => dirHash !== undefined && digest.dirHash === dirHash && (digest.sha256 ?? sha256) === sha256)
}

/** What a run was, as far as it tells where a model comes from. */
export type RunOrigin = {
  readonly run_id: string
  readonly tracking_uri: string
  readonly experiment_id: string
  readonly user?: string
  readonly started_ms?: number
  readonly ended_ms?: number
  readonly git_commit?: string
  readonly git_repository?: string
  readonly git_branch?: string
  readonly entry_point?: string
  readonly source_type?: string
  readonly parameters: Readonly<Record<string, string>>
  readonly datasets: readonly { readonly name: string; readonly digest: string; readonly source_type?: string; readonly context?: string }[]
  /** Files that tell the environment (conda.yaml, requirements.txt), by their SHA-256. */
  readonly environment: readonly { readonly name: string; readonly sha256: string }[]
}

const iso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString())

/** SLSA v1 provenance of a model that a run made. What the run did not record is left out. */
export function provenanceStatement(subject: Subject, run: RunOrigin): Statement {
  const sources =
    run.git_commit === undefined
      ? []
      : [{ ...(run.git_repository && { uri: `git+${run.git_repository}` }), digest: { gitCommit: run.git_commit } }]
  const datasets = run.datasets.map(({ name, digest, source_type, context }) => ({
    name,
    digest: { mlflowDataset: digest },
    annotations: { kind: 'dataset', ...(source_type && { source_type }), ...(context && { context }) },
  }))
  const environment = run.environment.map(({ name, sha256 }) => ({ name, digest: { sha256 }, annotations: { kind: 'environment' } }))
  return {
    subjects: [subject],
    predicate_type: PROVENANCE,
    predicate: {
      buildDefinition: {
        buildType: 'https://millrace.dev/mlflow-run/v1',
        externalParameters: {
          ...(run.entry_point && { entryPoint: run.entry_point }),
          ...(run.git_branch && { branch: run.git_branch }),
          parameters: run.parameters,
        },
        internalParameters: {
          experiment_id: run.experiment_id,
          ...(run.user && { user: run.user }),
          ...(run.source_type && { source_type: run.source_type }),
        },
        resolvedDependencies: [...sources, ...datasets, ...environment],
      },
      runDetails: {
        builder: { id: run.tracking_uri },
        metadata: { invocationId: run.run_id, startedOn: iso(run.started_ms), finishedOn: iso(run.ended_ms) },
      },
    },
  }
}

/** What a scan of a model ended with. `ending` is its worst; `report_sha256` binds the full report. */
export type ScanResult = {
  readonly ending: 'clean' | 'suspicious' | 'malicious' | 'not_looked_at'
  readonly scanner: string
  readonly rules: string
  readonly scanned_ms: number
  readonly findings: readonly { readonly rule: string; readonly severity: string; readonly file: string }[]
  readonly report_sha256?: string
}

/** @throws SignatureProblem */
export function scanStatement(subject: Subject, { scanned_ms, report_sha256, ...result }: ScanResult): Statement {
  const report =
    report_sha256 === undefined ? {} : { report: { digest: { sha256: checkedHex(report_sha256, 32, 'The digest of the report') } } }
  return { subjects: [subject], predicate_type: SCAN, predicate: { ...result, ...report, scannedOn: iso(scanned_ms) } }
}

/** That people approved a model for something (an alias, a stage), under a policy. */
export type Approval = {
  readonly model: string
  readonly version: number
  readonly target: string
  readonly approvers: readonly { readonly user: string; readonly approved_ms: number; readonly reason?: string }[]
  /** SHA-256 of the policy that asked for it. */
  readonly policy_sha256?: string
}

/** A statement of an approval. */
export function approvalStatement(subject: Subject, { approvers, ...approval }: Approval): Statement {
  const by = approvers.map(({ approved_ms, ...rest }) => ({ ...rest, approvedOn: iso(approved_ms) }))
  return { subjects: [subject], predicate_type: APPROVAL, predicate: { ...approval, approvers: by } }
}

/** A summary of a predicate for a line of text: what a person asks first. */
export function summaryOf({ predicate_type, predicate }: Statement): string {
  const of = (value: unknown): Unchecked => (typeof value === 'object' && value !== null ? (value as Unchecked) : {})
  if (predicate_type === SCAN) return `${predicate.ending}, by ${predicate.scanner}`
  if (predicate_type === APPROVAL) {
    const approvers = Array.isArray(predicate.approvers) ? predicate.approvers.map((one) => String(of(one).user)) : []
    return `for ${predicate.target}, by ${approvers.join(', ')}`
  }
  if (predicate_type === PROVENANCE) return provenanceSummary(of(predicate.buildDefinition), of(of(predicate.runDetails).metadata))
  return predicate_type
}

function provenanceSummary({ externalParameters, resolvedDependencies }: Unchecked, { invocationId }: Unchecked): string {
  const entry = (externalParameters as Unchecked | undefined)?.entryPoint
  const commit = (Array.isArray(resolvedDependencies) ? resolvedDependencies : [])
    .map((one) => (one as { digest?: { gitCommit?: unknown } } | null)?.digest?.gitCommit)
    .find((value) => typeof value === 'string')
  const of = [typeof entry === 'string' ? entry : '', typeof commit === 'string' ? `commit ${commit.slice(0, 12)}` : ''].filter(
    (one) => one !== '',
  )
  return `run ${String(invocationId)}${of.length > 0 ? ` of ${of.join(', ')}` : ''}`
}
