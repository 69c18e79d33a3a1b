import type { Endpoint } from '../http/endpoint.ts'

/** What a token may be used for, each word containing those before it. */
export const SCOPES = ['read', 'write', 'manage'] as const
export type Scope = (typeof SCOPES)[number]

const ORDER: Readonly<Record<string, number>> = { read: 1, write: 2, manage: 3 }

/** Whether a token of the one scope may do what needs the other. What is no scope may nothing. */
export const contains = (has: string, needed: Scope): boolean => (ORDER[has] ?? 0) >= (ORDER[needed] ?? 4)

/** The scope with those that it contains. */
export const withContained = (scope: Scope): readonly Scope[] => SCOPES.slice(0, ORDER[scope])

/** Reports that are sent to be kept: what a pipeline does, and nothing about the account. */
const SENT: ReadonlySet<string> = new Set([
  'POST /api/2.0/millrace/audits',
  'POST /api/2.0/millrace/inventory/reports',
  'POST /api/2.0/millrace/inventory/reports/{report_id}/models',
])

/**
 * The scope that a token needs for an endpoint. `manage` is for what needs the permission to manage, and for what accounts do to
 * themselves: passwords, tokens, sessions.
 */
export function scopeFor({ access, kind, route }: Endpoint): Scope {
  const reads = kind === 'read' || route.startsWith('GET ')
  if ('public' in access || 'filtered' in access) return kind === 'write' ? 'write' : 'read'
  if ('signed_in' in access) return reads ? 'read' : SENT.has(route) ? 'write' : 'manage'
  if (access.permission === 'manage') return 'manage'
  return reads && access.permission !== 'edit' ? 'read' : 'write'
}
