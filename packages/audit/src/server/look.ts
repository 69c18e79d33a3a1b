import type { Category, Finding, Severity } from '../finding.ts'
import { type Answer, type Asked, ask } from './ask.ts'

/** What a look at a server found, before it is a finding of a report. */
export type Told = Pick<Finding, 'rule' | 'title' | 'evidence' | 'why' | 'means' | 'recommendation' | 'cwe'> & {
  readonly category: Category
  readonly severity: Severity
}

/** What one look at a server gathers. */
export type Look = {
  readonly url: URL
  readonly is_near: boolean
  /** What logs in: of what needs a login, to be read. */
  readonly login: Readonly<Record<string, string>>
  readonly found: Told[]
  readonly passed: string[]
}

export const API = '/api/2.0/mlflow'

/** Asks as who audits. */
export const askKnown = ({ url, login }: Look, path: string, asked: Asked = {}): Promise<Answer> =>
  ask(url, path, { ...asked, headers: { ...login, ...asked.headers } })

/** The object of an answer of JSON; undefined for every other answer. */
export function objectOf({ status, text }: Answer): Readonly<Record<string, unknown>> | undefined {
  if (status !== 200) return undefined
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** The objects of a list in an answer. */
export function listOf(from: Readonly<Record<string, unknown>> | undefined, name: string): readonly Readonly<Record<string, unknown>>[] {
  const list = from?.[name]
  return Array.isArray(list) ? list.filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null) : []
}
