import type { Severity } from '../finding.ts'
import data from './vulnerabilities.json' with { type: 'json' }

/** A published vulnerability of MLflow: from a version on, before `fixed`, or up to `last` where no fix is named. */
export type Vulnerability = {
  readonly id: string
  readonly severity: Severity
  readonly cwe: number
  readonly what: string
  readonly from?: string
  readonly fixed?: string
  readonly last?: string
}

/** Until when publications were read. */
export const KNOWN_UNTIL = data.as_of

/** What is published of a version. A release candidate counts as the version before its release. */
export function vulnerabilitiesOf(version: string): Vulnerability[] {
  return (data.vulnerabilities as Vulnerability[]).filter(({ from, fixed, last }) => {
    if (from !== undefined && compare(version, from) < 0) return false
    return fixed !== undefined ? compare(version, fixed) < 0 : last !== undefined && compare(version, last) <= 0
  })
}

/** Orders `3.9.0`, `3.10.0rc1` and `3.10.0`. */
export function compare(a: string, b: string): number {
  const [x, y] = [numbers(a), numbers(b)]
  for (let at = 0; at < 4; at++) if (x[at] !== y[at]) return (x[at] ?? 0) - (y[at] ?? 0)
  return 0
}

const numbers = (version: string): number[] => {
  const [, major, minor, patch = '0', before] = /^(\d+)\.(\d+)(?:\.(\d+))?(.*)$/.exec(version) ?? []
  return [Number(major ?? 0), Number(minor ?? 0), Number(patch), /^\.?(?:rc|dev|a|b)\d*/.test(before ?? '') ? 0 : 1]
}
