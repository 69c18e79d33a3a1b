import type { Finding, Judged } from './finding.ts'

/** Findings that were judged before: by their fingerprints, each with what is needed to find it again by eye, and the reason. */
export type Baseline = ReadonlyMap<string, string>

type Entry = { readonly fingerprint: string; readonly rule: string; readonly file: string; readonly reason: string }

/** Reads a baseline file. @throws Error that says what is wrong with it */
export function readBaseline(text: string): Baseline {
  const wrong = new Error('This is no baseline: write one with --write-baseline <file>.')
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw wrong
  }
  if (typeof parsed !== 'object' || parsed === null || !('findings' in parsed) || !Array.isArray(parsed.findings)) throw wrong
  return new Map(
    parsed.findings.map((entry: Partial<Entry>): [string, string] => {
      if (typeof entry?.fingerprint !== 'string') throw wrong
      return [entry.fingerprint, entry.reason || 'in the baseline']
    }),
  )
}

/** The baseline of a report: from now on only what is new is found. Reasons that were there stay; others are written in by hand. */
export function writeBaseline(findings: readonly Finding[], judged: readonly Judged[] = []): string {
  const known = judged.filter(({ by }) => by === 'baseline')
  const entries = [...known, ...findings.map((one) => ({ ...one, reason: '' }))].map(
    ({ fingerprint, rule, file, reason }): Entry => ({ fingerprint, rule, file, reason }),
  )
  return `${JSON.stringify({ version: 1, findings: entries }, null, 2)}\n`
}

export const reasonIn = (baseline: Baseline, { fingerprint }: Finding): string | undefined => baseline.get(fingerprint)
