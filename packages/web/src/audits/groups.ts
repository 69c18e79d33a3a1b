import type { Output } from '@millrace/client'

/** A finding of an audit. */
export type Finding = Output<'GET /api/2.0/millrace/audits/{audit_id}/findings'>['findings'][number]

/** Findings that say the same of several places: what a rule found, at one weight. */
export type Group = { readonly key: string; readonly first: Finding; readonly places: readonly Finding[] }

/** Findings by rule and weight, as the report has them, in the order in which each comes first. */
export function groupsOf(findings: readonly Finding[]): Group[] {
  return [...Map.groupBy(findings, ({ rule, weight }) => `${rule} ${weight}`)].map(([key, places]) => ({
    key,
    first: places[0] as Finding,
    places,
  }))
}

/** `train.py (lines 3–5)`, and an address without a line. */
export const placeOf = ({ file, line, end_line }: Pick<Finding, 'file' | 'line' | 'end_line'>): string =>
  line === 0 ? file : end_line > line ? `${file} (lines ${line}–${end_line})` : `${file} (line ${line})`

/** A version that a finding is about, if it is about one. */
export function versionIn(file: string): { name: string; version: string } | undefined {
  const [, name, version] = /^models:\/([^/]+)\/(\d+)$/.exec(file) ?? []
  return name !== undefined && version !== undefined ? { name, version } : undefined
}
