import { boolean, int64, object, string } from '../../http/schema.ts'
import type { Session as Row } from '../session-store.ts'

/** A browser that is signed in. */
export const Session = object({
  session_id: string(),
  username: string(),
  method: string({ description: '`password`, or the identity provider' }),
  address: string({ description: 'From where it was signed in' }),
  agent: string({ description: 'What the browser said of itself then' }),
  created_ms: int64({ description: 'Milliseconds since 1970' }),
  last_used_ms: int64({ description: 'To a few minutes' }),
  expires_ms: int64(),
  current: boolean({ description: 'Whether the request came by it' }),
})

export const sessionToWire = ({ account: _, ...row }: Row, current: string | undefined) => ({ ...row, current: row.session_id === current })
