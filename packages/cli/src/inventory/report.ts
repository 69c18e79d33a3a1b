import { rows } from '../rows.ts'
import { type Found, STATUSES, type Status, type Unread } from './found.ts'

/** What was found, with what could not be looked at. */
export type Inventory = { readonly found: readonly Found[]; readonly unread: readonly Unread[]; readonly looked_at: number }

const countsOf = (found: readonly Found[]): Record<Status, number> =>
  Object.fromEntries(STATUSES.map((status) => [status, found.filter((one) => one.status === status).length])) as Record<Status, number>

/** The report for programs. */
export const jsonInventory = ({ found, unread, looked_at }: Inventory): string =>
  `${JSON.stringify({ summary: { files: looked_at, ...countsOf(found) }, models: found, not_read: unread }, null, 2)}\n`

const COLUMNS = ['status', 'where', 'kind', 'bytes', 'owner', 'sha256', 'versions', 'known_in', 'scan', 'findings'] as const

/** The report for spreadsheets. What a name begins with must not make a formula of it. */
export function csvInventory({ found }: Inventory): string {
  const cell = (value: Found[(typeof COLUMNS)[number]]): string => {
    const text = value === undefined ? '' : typeof value === 'object' ? value.join(' ') : String(value)
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return `${[COLUMNS.join(','), ...found.map((one) => COLUMNS.map((column) => cell(one[column])).join(','))].join('\r\n')}\r\n`
}

const WORST_FIRST: readonly Status[] = ['malicious', 'changed', 'unknown', 'known']

/** The report for people: the worst first. */
export function textInventory({ found, unread, looked_at }: Inventory): string {
  const sorted = WORST_FIRST.flatMap((status) => found.filter((one) => one.status === status))
  const lines = sorted.map(({ status, bytes, kind, owner, scan, versions, known_in, findings, where }) => [
    status,
    bytes === undefined ? '' : sized(bytes),
    kind,
    owner,
    [scan, ...findings.slice(0, 2)].join(' '),
    versions.length === 0 ? '' : `${versions[0]}${others(known_in ?? versions.length)}`,
    where,
  ])
  const counts = countsOf(found)
  const told = WORST_FIRST.map((status) => `${counts[status]} ${status}`).join(', ')
  const table = found.length > 0 ? rows(['STATUS', 'SIZE', 'KIND', 'OWNER', 'SCAN', 'REGISTRY', 'WHERE'], lines) : ''
  const left = unread.length > 0 ? `${unread.length} could not be read: ${unread[0]?.where} (${unread[0]?.why})\n` : ''
  return `${table}${found.length} models among ${looked_at} files: ${told}\n${left}`
}

const others = (count: number): string => (count > 1 ? ` and ${count - 1} more` : '')

function sized(bytes: number): string {
  const step = bytes < 1024 ? 0 : bytes < 2 ** 20 ? 1 : bytes < 2 ** 30 ? 2 : 3
  return step === 0 ? `${bytes} B` : `${(bytes / 1024 ** step).toFixed(1)} ${['', 'KiB', 'MiB', 'GiB'][step]}`
}
