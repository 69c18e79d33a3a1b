import type { Output } from '@millrace/client'
import { api } from '../api.ts'
import { act } from '../shell/act.ts'

/** Tells the tokens that one may see. */
export const TOKENS = 'GET /api/2.0/millrace/tokens/list'

export type Token = Output<typeof TOKENS>['tokens'][number]

/** Ends a token; there is no way back. */
export const revoke = ({ token_id, name }: Pick<Token, 'token_id' | 'name'>): Promise<boolean> =>
  act(() => api.call('POST /api/2.0/millrace/tokens/revoke', { token_id }), {
    done: `The token “${name}” lets nobody in any more.`,
    changes: [TOKENS],
  })
