import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { canonical } from './transparency-log.ts'

const EXPIRES = '2046-01-01T00:00:00Z'

/** A TUF repository with one target, as a path tells each of its files. All its roles have one key. */
export function tufRepository(target: string, content: string): ReadonlyMap<string, string> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const public_hex = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex')
  const key = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: public_hex } }
  const keyid = createHash('sha256').update(canonical(key)).digest('hex')
  const role = { keyids: [keyid], threshold: 1 }
  const signed = (type: string, more: object): string => {
    const body = { _type: type, spec_version: '1.0.31', version: 1, expires: EXPIRES, ...more }
    return JSON.stringify({
      signed: body,
      signatures: [{ keyid, sig: sign(null, Buffer.from(canonical(body)), privateKey).toString('hex') }],
    })
  }
  const sha256 = createHash('sha256').update(content).digest('hex')
  const roles = { root: role, timestamp: role, snapshot: role, targets: role }
  return new Map([
    ['/root.json', signed('root', { consistent_snapshot: true, keys: { [keyid]: key }, roles })],
    ['/timestamp.json', signed('timestamp', { meta: { 'snapshot.json': { version: 1 } } })],
    ['/1.snapshot.json', signed('snapshot', { meta: { 'targets.json': { version: 1 } } })],
    ['/1.targets.json', signed('targets', { targets: { [target]: { length: Buffer.byteLength(content), hashes: { sha256 } } } })],
    [`/targets/${sha256}.${target}`, content],
  ])
}
