/** The front door of secrets that must be read again (those that need only be compared are hashed): sealed at rest, keys elsewhere. */
export { addKey, dropKeys, keysInFile } from './key-file.ts'
export { KeyRing, newKey, readKeys, type Sealed } from './key-ring.ts'
export { looksSecret, MASKED } from './looks-secret.ts'
export { holdKeys, keysOf, ringOf } from './rings.ts'
