import type { Config } from '../config.ts'
import type { Reader } from '../db/handles.ts'
import { keysInFile } from './key-file.ts'
import { KeyRing, noKeys, readKeys } from './key-ring.ts'

// By database, beside which the keys are kept, so that no handler has to hand them on.
const rings = new WeakMap<object, KeyRing>()

const none = new KeyRing(noKeys)

/** Makes these the keys for secrets in this database. */
export function holdKeys(db: Reader, ring: KeyRing): void {
  rings.set(db.identity, ring)
}

/** The keys for secrets in this database. */
export const keysOf = (db: Reader): KeyRing => rings.get(db.identity) ?? none

/** The keys that a server was told to use: those given, or else those in its file. @throws Error when those given are no keys */
export function ringOf({ secret_keys, secret_key_file }: Pick<Config, 'secret_keys' | 'secret_key_file'>): KeyRing {
  if (secret_keys) {
    const keys = readKeys(secret_keys.reveal(), 'MILLRACE_SECRET_KEY')
    return new KeyRing(() => keys)
  }
  return secret_key_file === undefined ? none : keysInFile(secret_key_file)
}
