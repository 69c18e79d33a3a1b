import { createHash, generateKeyPairSync, randomInt, sign } from 'node:crypto'

const sha256 = (...parts: readonly Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest()
const leafOf = (body: Buffer): Buffer => sha256(Buffer.from([0]), body)
const above = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.from([1]), left, right)

/** The largest power of two below a number of leaves: where RFC 6962 cuts a tree in two. */
const cut = (leaves: number): number => 2 ** (31 - Math.clz32(leaves - 1))

function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves
  if (leaves.length === 1 && only) return only
  const at = cut(leaves.length)
  return above(rootOf(leaves.slice(0, at)), rootOf(leaves.slice(at)))
}

/** What must be hashed with a leaf, from the bottom up, to come to the root. */
function pathTo(index: number, leaves: readonly Buffer[]): readonly Buffer[] {
  if (leaves.length === 1) return []
  const at = cut(leaves.length)
  const [left, right] = [leaves.slice(0, at), leaves.slice(at)]
  return index < at ? [...pathTo(index, left), rootOf(right)] : [...pathTo(index - at, right), rootOf(left)]
}

/** JSON with the keys in order, which is what is signed. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join(',')}}`
}

/** A transparency log as Rekor keeps one: a Merkle tree whose head is signed, and promises to put an entry in. */
export class TransparencyLog {
  readonly public_key: Buffer
  readonly #sign: (text: string) => Buffer
  readonly #host: string
  readonly #tree_id = randomInt(2 ** 40)
  // Not from the beginning: that a place is 0 and a path is empty are values that JSON leaves out.
  readonly #leaves: Buffer[] = [leafOf(Buffer.from('first')), leafOf(Buffer.from('second'))]

  constructor(host: string) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.public_key = publicKey.export({ format: 'der', type: 'spki' })
    this.#sign = (text) => sign('sha256', Buffer.from(text), privateKey)
    this.#host = host
  }

  /** Logs an entry; gives what Rekor answers. */
  log(entry: object): object {
    const body = Buffer.from(canonical(entry))
    const id = sha256(this.public_key)
    const logIndex = this.#leaves.push(leafOf(body)) - 1
    const told = { body: body.toString('base64'), integratedTime: Math.floor(Date.now() / 1000), logID: id.toString('hex'), logIndex }
    const rootHash = rootOf(this.#leaves)
    const treeSize = this.#leaves.length
    const head = `${this.#host} - ${this.#tree_id}\n${treeSize}\n${rootHash.toString('base64')}\n`
    const signature = Buffer.concat([id.subarray(0, 4), this.#sign(head)]).toString('base64')
    const hashes = pathTo(logIndex, this.#leaves).map((hash) => hash.toString('hex'))
    const inclusionProof = {
      logIndex,
      treeSize,
      hashes,
      rootHash: rootHash.toString('hex'),
      checkpoint: `${head}\n\u2014 ${this.#host} ${signature}\n`,
    }
    return {
      [id.toString('hex')]: {
        ...told,
        verification: { inclusionProof, signedEntryTimestamp: this.#sign(canonical(told)).toString('base64') },
      },
    }
  }
}
