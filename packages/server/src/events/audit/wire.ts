import { int64, object, optional, type Static, string } from '../../http/schema.ts'
import type { Linked } from './entry.ts'

/** An entry as administrators see it. */
export const AuditLogEntry = object({
  seq: int64({ description: 'Its place in the chain; there are no gaps' }),
  timestamp: int64({ description: 'Milliseconds since 1970' }),
  until: optional(int64({ description: 'Of several requests in one entry, the time of the last' })),
  requests: int64({ description: 'How many requests that say the same it stands for' }),
  action: string({ description: "The endpoint's route, or a word for what has none" }),
  outcome: string({ description: 'done, denied or failed' }),
  user: string({ description: 'Empty for the owner of a server without login' }),
  user_id: int64(),
  address: string(),
  kind: string({ description: 'What it was done to: the kind of thing' }),
  resource: string({ description: 'What it was done to: its id or name' }),
  workspace: optional(string({ description: 'For which workspace the request was, where there are workspaces' })),
  detail: string({ description: 'A JSON object of counts and short names; may be empty' }),
  hash: string({ description: "SHA-256 over the hash before it and the entry's canonical text" }),
})
export type AuditLogEntry = Static<typeof AuditLogEntry>

export const entryToWire = ({ seq, at_ms, until_ms, requests, target, user_name, ...rest }: Linked): AuditLogEntry => ({
  seq,
  timestamp: at_ms,
  ...(until_ms !== at_ms && { until: until_ms }),
  requests,
  action: rest.action,
  outcome: rest.outcome,
  user: user_name,
  user_id: rest.user_id,
  address: rest.address,
  kind: rest.kind,
  resource: target,
  ...(rest.workspace !== '' && { workspace: rest.workspace }),
  detail: rest.detail,
  hash: rest.hash,
})
