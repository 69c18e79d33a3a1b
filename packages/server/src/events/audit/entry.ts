import { hash } from 'node:crypto'
import type { AuditEntry } from '../../http/audit.ts'

/** An entry as its row keeps it, without its place in the chain. */
export type Facts = {
  readonly action: string
  readonly outcome: string
  readonly user_name: string
  readonly user_id: number
  readonly address: string
  readonly kind: string
  readonly target: string
  readonly workspace: string
  /** A JSON object, or nothing. */
  readonly detail: string
}

/** An entry that is written and not yet linked. */
export type Pending = Facts & { readonly id: number; readonly at_ms: number }

/** An entry in its place. Requests that were the same in all that is told, at about the same time, are one entry with their count. */
export type Linked = Facts & {
  readonly seq: number
  readonly at_ms: number
  readonly until_ms: number
  readonly requests: number
  readonly hash: string
}

/** The hash before the first entry. */
export const BEGINNING = ''

/** An entry's row, for `audit_pending`, behind its time. */
export function factsOf({ action, outcome, who, on, workspace = '', detail }: AuditEntry): Facts {
  return {
    action,
    outcome,
    user_name: who.name,
    user_id: who.id,
    address: who.address,
    kind: on.kind,
    target: on.id,
    workspace,
    detail: detail === undefined ? '' : JSON.stringify(detail),
  }
}

/**
 * The bytes that are hashed: every column, in this order, as JSON. Changing this breaks every chain there is: the workspace, which came
 * later, is left out where there is none, as in all entries from before.
 */
export function canonical(entry: Omit<Linked, 'hash'>): string {
  const { seq, at_ms, until_ms, requests, action, outcome, user_name, user_id, address, kind, target, workspace, detail } = entry
  const columns = [seq, at_ms, until_ms, requests, action, outcome, user_name, user_id, address, kind, target, detail]
  return JSON.stringify(workspace === '' ? columns : [...columns, workspace])
}

/** The hash of an entry behind the one that has `before`: SHA-256, in hex. */
export const hashAfter = (before: string, entry: Omit<Linked, 'hash'>): string => hash('sha256', `${before}\n${canonical(entry)}`)

/** An entry in a few words, for people: what `verify` names. */
export function inWords({ seq, at_ms, action, user_name, kind, target }: Linked): string {
  const thing = target === '' ? kind : `${kind} ${target}`
  return `entry ${seq} (${new Date(at_ms).toISOString()}, ${action}, by ${user_name || 'the local owner'}, on ${thing})`
}

/**
 * Puts requests that say the same into one: a training that logs a hundred points a second is an entry or two a second, with their count
 * and the sums of what they counted. Entries whose detail has names in it differ by them.
 */
export function together(pending: readonly Pending[]): Omit<Linked, 'seq' | 'hash'>[] {
  const merged = new Map<string, { entry: Omit<Linked, 'seq' | 'hash' | 'detail'>; detail: Detail }>()
  for (const { id: _, at_ms, detail, ...facts } of pending) {
    const counts = countsOf(detail)
    const { action, outcome, user_id, user_name, address, kind, target, workspace } = facts
    const key = JSON.stringify([
      action,
      outcome,
      user_id,
      user_name,
      address,
      kind,
      target,
      workspace,
      counts ? Object.keys(counts) : detail,
    ])
    const before = merged.get(key)
    if (!before) {
      merged.set(key, { entry: { ...facts, at_ms, until_ms: at_ms, requests: 1 }, detail: counts ?? detail })
      continue
    }
    const { entry } = before
    const until_ms = Math.max(entry.until_ms, at_ms)
    before.entry = { ...entry, at_ms: Math.min(entry.at_ms, at_ms), until_ms, requests: entry.requests + 1 }
    if (counts) for (const name in counts) (before.detail as Counts)[name] = ((before.detail as Counts)[name] ?? 0) + (counts[name] ?? 0)
  }
  return [...merged.values()].map(({ entry, detail }) => ({
    ...entry,
    detail: typeof detail === 'string' ? detail : JSON.stringify(detail),
  }))
}

type Counts = Record<string, number>
type Detail = string | Counts

function countsOf(detail: string): Counts | undefined {
  if (detail === '') return undefined
  const fields = JSON.parse(detail) as Record<string, unknown>
  return Object.values(fields).every((value) => typeof value === 'number') ? (fields as Counts) : undefined
}
