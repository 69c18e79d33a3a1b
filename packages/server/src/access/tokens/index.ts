import type { Endpoint } from '../../http/endpoint.ts'
import { createToken } from './create.ts'
import { listTokens } from './list.ts'
import { revokeToken } from './revoke.ts'

/** API tokens, by which programs sign in. */
export const tokenEndpoints: readonly Endpoint[] = [createToken, listTokens, revokeToken]
