import { createHash } from 'node:crypto'
import { SignatureProblem } from './problem.ts'

/** One file of a model by its SHA-256 in hex; `path` is relative to the model, with '/' between its parts. */
export type FileDigest = { readonly path: string; readonly sha256: string }

/** The same model by two digests, both of which say what its files hold, and the second also how they are called. */
export type ModelDigests = {
  /** OpenSSF model signing's: SHA-256 over the files' raw digests, in the order of their paths' parts. */
  readonly sha256: string
  /** in-toto's `dirHash` (Go's `h1:`): SHA-256 over a line for each file. Undefined when a path holds a line break. */
  readonly dirHash: string | undefined
}

/** The path that OpenSSF model signing gives to a model that is one file. */
export const SINGLE_FILE = '.'

/**
 * The order of OpenSSF model signing: by the parts of the path, each by its code points. `data/x` comes before `data.d/x`, which it would
 * not as text.
 */
export function byParts(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)]
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const order = byCodePoints(left[at] as string, right[at] as string)
    if (order !== 0) return order
  }
  return left.length - right.length
}

const partsOf = (path: string): readonly string[] => (path === SINGLE_FILE || path === '' ? [] : path.split('/'))

// UTF-8 keeps the order of code points, which UTF-16, and so `<`, does not.
const byCodePoints = (a: string, b: string): number => (a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)))

/** Digests of a model that is made of these files. */
export function digestsOf(files: readonly FileDigest[]): ModelDigests {
  return { sha256: rootDigest(files.toSorted((a, b) => byParts(a.path, b.path)).map(({ sha256 }) => sha256)), dirHash: dirHash(files) }
}

/** SHA-256 over digests that are given in hex, in their order. */
export function rootDigest(digests: readonly string[]): string {
  const hash = createHash('sha256')
  for (const digest of digests) hash.update(Buffer.from(digest, 'hex'))
  return hash.digest('hex')
}

function dirHash(files: readonly FileDigest[]): string | undefined {
  const hash = createHash('sha256')
  for (const { path, sha256 } of files.toSorted((a, b) => byCodePoints(a.path, b.path))) {
    if (path.includes('\n')) return undefined
    hash.update(`${sha256}  ${path || SINGLE_FILE}\n`)
  }
  return hash.digest('hex')
}

const HEX = /^[0-9a-f]+$/

/** A digest in lower-case hex of so many bytes. @throws SignatureProblem */
export function checkedHex(text: unknown, bytes: number, what: string): string {
  if (typeof text === 'string' && text.length === bytes * 2 && HEX.test(text)) return text
  throw new SignatureProblem(`${what} is no digest of ${bytes} bytes in lower-case hex.`)
}
