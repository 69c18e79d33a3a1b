import { Readable } from 'node:stream'
import type { Exchange, StreamAnswer } from '../http/endpoint.ts'
import { contentTypeOf, dispositionOf } from './content-type.ts'
import { refuseMalicious } from './found-malicious.ts'
import type { Segments } from './path.ts'
import type { OpenArtifact } from './stores/store.ts'
import type { Place } from './stores.ts'

/** What keeps a browser from taking an artifact for a page of this server, whatever is in it. */
const NEVER_A_PAGE = { 'x-content-type-options': 'nosniff', 'content-security-policy': 'sandbox' }

const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/

type Range = { start: number; end: number }

/** Answers with the file's bytes, or with those that a `Range` header asks for. @throws FileDenied for what a scan found malicious */
export async function sendArtifact(place: Place, path: Segments, exchange: Exchange): Promise<StreamAnswer> {
  const whole = [...place.folder, ...path]
  await refuseMalicious(exchange.db, place.store, whole)
  const artifact = await place.store.open(whole)
  const headers = {
    'content-type': contentTypeOf(path),
    'content-disposition': dispositionOf(path),
    'accept-ranges': 'bytes',
    'cache-control': 'no-cache',
    etag: artifact.etag,
    'last-modified': new Date(artifact.modified_ms).toUTCString(),
    ...NEVER_A_PAGE,
  }
  if (exchange.headers['if-none-match'] === artifact.etag) {
    await artifact.close()
    return { status: 304, headers }
  }
  const range = rangeOf(exchange.headers, artifact)
  if (range === 'none') return outOfRange(artifact)
  const { start, end } = range ?? { start: 0, end: artifact.size - 1 }
  const answer: StreamAnswer = {
    status: range ? 206 : 200,
    headers: { ...headers, 'content-length': end - start + 1, ...(range && { 'content-range': `bytes ${start}-${end}/${artifact.size}` }) },
  }
  if (exchange.method === 'HEAD' || end < start) {
    await artifact.close()
    // An empty stream, not an empty text, whose length of 0 would be told instead of the artifact's.
    return { ...answer, body: Readable.from([]) }
  }
  const body = await artifact.read(start, end)
  // Else a reader that goes away at the wrong moment would leave the file open.
  if (exchange.signal.aborted) body.destroy()
  return { ...answer, body }
}

/** One range; several at once, or what is no range at all, are answered with the whole file, as HTTP allows. */
function rangeOf(headers: Exchange['headers'], { size, etag }: OpenArtifact): Range | 'none' | undefined {
  const { range, 'if-range': if_range } = headers
  if (typeof range !== 'string' || (if_range !== undefined && if_range !== etag)) return undefined
  const [, first, last] = RANGE.exec(range) ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  if (first === '') return size === 0 || Number(last) === 0 ? 'none' : { start: Math.max(0, size - Number(last)), end: size - 1 }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < start) return undefined
  return start < size ? { start, end } : 'none'
}

async function outOfRange(artifact: OpenArtifact): Promise<StreamAnswer> {
  await artifact.close()
  const message = `The artifact has ${artifact.size} bytes, and the range that was asked for begins behind them.`
  return {
    status: 416,
    headers: { 'content-type': 'application/json; charset=utf-8', 'content-range': `bytes */${artifact.size}` },
    body: JSON.stringify({ error_code: 'RANGE_NOT_SATISFIABLE', message }),
  }
}
