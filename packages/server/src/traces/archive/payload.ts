import { hash } from 'node:crypto'

/** The name by which MLflow's clients of all versions look for a trace's spans among its artifacts. */
export const PAYLOAD_FILE = 'traces.json'

const HEAD = '{"spans":[\n'
const BETWEEN = ',\n'
const TAIL = '\n]}'

/** Spans, each as its JSON in one line, as the file that MLflow's clients read. */
export const payloadOf = (contents: readonly string[]): Buffer => Buffer.from(HEAD + contents.join(BETWEEN) + TAIL)

/** The spans of a file that {@link payloadOf} wrote; undefined when the bytes are not those any more. */
export function contentsIn(bytes: Buffer, sha256: string): string[] | undefined {
  if (digestOf(bytes) !== sha256) return undefined
  const inside = bytes.toString('utf8').slice(HEAD.length, -TAIL.length)
  return inside === '' ? [] : inside.split(BETWEEN)
}

export const digestOf = (bytes: Buffer): string => hash('sha256', bytes, 'hex')
