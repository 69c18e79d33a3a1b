import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { ApiError } from '../http/errors.ts'
import { Secret } from '../secret.ts'

/** An encrypted text and the name of its key, as rows keep them. */
export type Sealed = { readonly text: string; readonly key_id: string }

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** How a text begins that holds its key's envelope first. */
const ENVELOPE = 'e1.'
const ENVELOPE_BYTES = NONCE_BYTES + TAG_BYTES + KEY_BYTES
const envelopeOf = (context: string): string => `key of ${context}`

/** Keys by their names, the current one first. The name tells keys apart and nothing about them. */
export type Keys = ReadonlyMap<string, Secret>

/** Keys as base64 texts of 32 bytes, the current one first. @throws Error that names the place and not the key */
export function readKeys(text: string, from: string): Keys {
  const keys = new Map<string, Secret>()
  for (const one of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const bytes = Buffer.from(one, 'base64')
    if (bytes.length !== KEY_BYTES) {
      throw new Error(`${from} holds a key that is not 32 bytes in base64: make one with \`openssl rand -base64 32\`.`)
    }
    keys.set(idOf(bytes), new Secret(bytes.toString('base64')))
  }
  if (keys.size === 0) throw new Error(`${from} holds no key: make one with \`openssl rand -base64 32\`.`)
  return keys
}

/** A new key, as base64 text. */
export const newKey = (): string => randomBytes(KEY_BYTES).toString('base64')

const idOf = (key: Buffer): string => createHash('sha256').update('millrace key id').update(key).digest('hex').slice(0, 16)

/** Nonce, tag and what was encrypted (AES-256-GCM). */
function encrypted(key: Buffer, bytes: Buffer, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(context))
  const inside = Buffer.concat([cipher.update(bytes), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), inside])
}

/** @throws Error when a byte was changed, or the key or the context is another */
function decrypted(key: Buffer, bytes: Buffer, context: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()])
}

/** A key of its own for signatures, made of the key that encrypts. */
function macOf(key: Secret, context: string, text: string): Buffer {
  const own = createHmac('sha256', Buffer.from(key.reveal(), 'base64')).update('millrace signatures').digest()
  return createHmac('sha256', own)
    .update(JSON.stringify([context, text]))
    .digest()
}

/** Of a ring without keys: what needs one says how to give it. */
export const noKeys = (): Keys => {
  throw new ApiError('INVALID_STATE', 'This server has no key to encrypt secrets with: set MILLRACE_SECRET_KEY (openssl rand -base64 32).')
}

/** Encrypts under the current key, decrypts with the key that was used. */
export class KeyRing {
  #keys: Keys | undefined
  readonly #load: () => Keys
  readonly #reload: (() => Keys) | undefined

  /**
   * @param load gives the keys when the first one is needed
   * @param reload gives them again when a row names one that is not known: it was added while this process ran
   */
  constructor(load: () => Keys, reload?: () => Keys) {
    this.#load = load
    this.#reload = reload
  }

  /** The names of all keys, the current one first. */
  get ids(): readonly string[] {
    return [...this.#loaded().keys()]
  }

  /**
   * Encrypts with a key of its own, which is encrypted with the current one: that one sees nothing but keys.
   * @param context what the text belongs to: it is opened with the same context only
   */
  seal(text: string, context: string): Sealed {
    const [key_id, key] = this.#loaded().entries().next().value as [string, Secret]
    const own = randomBytes(KEY_BYTES)
    const envelope = encrypted(Buffer.from(key.reveal(), 'base64'), own, envelopeOf(context))
    return { key_id, text: ENVELOPE + Buffer.concat([envelope, encrypted(own, Buffer.from(text, 'utf8'), context)]).toString('base64') }
  }

  /** Whether there are keys at all. */
  get usable(): boolean {
    return this.#load !== noKeys
  }

  /** A signature (HMAC-SHA256) by the current key, which nobody without it can make. @param context what the text is signed for */
  sign(text: string, context: string): Sealed {
    const [key_id, key] = this.#loaded().entries().next().value as [string, Secret]
    return { key_id, text: macOf(key, context, text).toString('base64') }
  }

  /** Whether the signature is the text's. @throws Error when its key isn't there */
  isSigned(text: string, signature: Sealed, context: string): boolean {
    const given = Buffer.from(signature.text, 'base64')
    const right = macOf(this.#keyNamed(signature.key_id), context, text)
    return given.length === right.length && timingSafeEqual(given, right)
  }

  /** @throws Error when the key isn't there, or what was sealed is not what is there now */
  open({ key_id, text }: Sealed, context: string): string {
    const key = Buffer.from(this.#keyNamed(key_id).reveal(), 'base64')
    // What was sealed before there were envelopes.
    if (!text.startsWith(ENVELOPE)) return decrypted(key, Buffer.from(text, 'base64'), context).toString('utf8')
    const bytes = Buffer.from(text.slice(ENVELOPE.length), 'base64')
    const own = decrypted(key, bytes.subarray(0, ENVELOPE_BYTES), envelopeOf(context))
    return decrypted(own, bytes.subarray(ENVELOPE_BYTES), context).toString('utf8')
  }

  #loaded(): Keys {
    this.#keys ??= this.#load()
    return this.#keys
  }

  #keyNamed(key_id: string): Secret {
    const known = this.#loaded().get(key_id)
    if (known) return known
    if (this.#reload) this.#keys = this.#reload()
    const found = this.#loaded().get(key_id)
    if (found) return found
    throw new Error(`A secret is encrypted with key ${key_id}, which is not among this server's: add it behind the current one.`)
  }
}
