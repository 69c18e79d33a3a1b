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
  /** The path below which its API answers; '' at the root. */
  readonly base: string
  /** The path of the address, below which its pages answer; some keep the API at the root beside them. */
  readonly path: string
  readonly is_near: boolean
  /** What logs in: of what needs a login, to be read. */
  readonly login: Readonly<Record<string, string>>
  readonly found: Told[]
  readonly passed: string[]
  /** What could not be looked at, and why. */
  readonly unseen: string[]
}

export const API = '/api/2.0/mlflow'

/** Why what needs a login was not looked at, and what to do. */
export const wantsLogin = ({ login }: Look): string =>
  Object.keys(login).length > 0
    ? 'it does not accept the login that was given; check MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN'
    : 'it asks for a login; give one in MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or in MLFLOW_TRACKING_TOKEN'

/** Asks as somebody unknown. */
export const askUnknown = ({ url, base }: Look, path: string, asked: Asked = {}): Promise<Answer> => ask(url, `${base}${path}`, asked)

/** Asks as who audits. */
export const askKnown = (look: Look, path: string, asked: Asked = {}): Promise<Answer> =>
  askUnknown(look, path, { ...asked, headers: { ...look.login, ...asked.headers } })

/** The same of what pages fetch, which is not always below the API's path. */
export const askPage = ({ url, login, path: below }: Look, path: string): Promise<Answer> => ask(url, `${below}${path}`, { headers: login })

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

const PAGES_MAX = 1_000
const PAGE_ITEMS = 500

/** A list as far as it could be read, and what came instead of the rest of it. */
export type Listed = {
  readonly items: readonly Readonly<Record<string, unknown>>[]
  /** The status of the page that could not be read; undefined when all were. */
  readonly ended?: number
}

/** All pages of a list, as who audits sees it. */
export async function listAll(look: Look, path: string, name: string): Promise<Listed> {
  const items: Readonly<Record<string, unknown>>[] = []
  let token = ''
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await askKnown(look, `${path}?max_results=${PAGE_ITEMS}${token && `&page_token=${encodeURIComponent(token)}`}`)
    const told = objectOf(answer)
    if (!told) return { items, ended: answer.status }
    items.push(...listOf(told, name))
    token = typeof told.next_page_token === 'string' ? told.next_page_token : ''
    if (token === '') return { items }
  }
  return { items, ended: 200 }
}
