import { createHmac, timingSafeEqual } from 'node:crypto'
import { query, type Reader } from '../db/handles.ts'
import { invalid } from './errors.ts'

/** The row of `setting` with the key that signs page tokens; migration 001 makes it. */
export const PAGE_KEY_SETTING = 'page_token_key'

const TOKEN_MAX = 8_192
const MAC_BYTES = 32
const BASE64URL = /^[A-Za-z0-9_-]+$/
const KEY = query<{ value: string }>('select value from setting where name = ?')

// By database, so that a server reads its key once.
const keys = new WeakMap<object, Buffer>()

async function keyOf(db: Reader): Promise<Buffer> {
  const known = keys.get(db.identity)
  if (known) return known
  const row = await db.get(KEY, PAGE_KEY_SETTING)
  if (!row) throw new Error(`The database has no setting '${PAGE_KEY_SETTING}': it was not migrated by Millrace.`)
  const key = Buffer.from(row.value, 'base64')
  keys.set(db.identity, key)
  return key
}

const macOf = (key: Buffer, purpose: string, json: string): Buffer =>
  createHmac('sha256', key)
    .update(JSON.stringify([purpose, json]))
    .digest()

/**
 * Seals a small JSON value as the token of a next page. Every server on the same database can open it; nobody can make or change one.
 * @param purpose what the token is good for: the route, and whatever must not change between pages, such as filter and order. The
 *   shape of `value` is part of it too: name a version, so that tokens from before an upgrade are refused instead of misread.
 */
export async function sealPage(db: Reader, purpose: string, value: unknown): Promise<string> {
  const json = JSON.stringify(value)
  return Buffer.concat([macOf(await keyOf(db), purpose, json), Buffer.from(json)]).toString('base64url')
}

/**
 * The value that {@link sealPage} was given for the same purpose.
 * @throws ApiError INVALID_PARAMETER_VALUE when the token was not made by this server for this purpose.
 */
export async function openPage<T>(db: Reader, purpose: string, token: string): Promise<T> {
  if (token.length > TOKEN_MAX || !BASE64URL.test(token)) throw notOurs()
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length <= MAC_BYTES) throw notOurs()
  const json = bytes.toString('utf8', MAC_BYTES)
  if (!timingSafeEqual(bytes.subarray(0, MAC_BYTES), macOf(await keyOf(db), purpose, json))) throw notOurs()
  return JSON.parse(json) as T
}

const notOurs = (): Error =>
  invalid(
    'Invalid page token: pass the next_page_token of the last answer as it is, with the same filter and order, or none to start anew.',
  )
