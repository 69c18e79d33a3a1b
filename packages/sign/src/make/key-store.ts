import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseObject } from '../json.ts'
import { type CurveName, readPublicKey } from '../keys.ts'
import type { Kind } from '../kinds.ts'
import { SignatureProblem } from '../problem.ts'
import { readTrust } from '../trust.ts'
import { type MessageSigner, signerFromPem } from './signer.ts'

/** A key of a store, as its trust file has it. */
export type StoredKey = {
  readonly name: string
  readonly id: string
  readonly curve: CurveName
  readonly public_key: string
  readonly may: readonly Kind[]
  readonly made: string
  /** When another key took its place; what it signed before still counts. */
  readonly rotated?: string
}
type Revocation = { readonly id: string; readonly reason: string; readonly at: string }
type TrustFile = {
  readonly about: string
  readonly keys: readonly StoredKey[]
  readonly certificates: readonly unknown[]
  readonly revoked: readonly Revocation[]
}

const ABOUT = 'Whose signatures count. Made by millrace keys; give it to --signing-trust of a server and to millrace verify --trust.'
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/
const EMPTY: TrustFile = { about: ABOUT, keys: [], certificates: [], revoked: [] }

/**
 * A folder of keys: `NAME.key` holds a private key, for its owner only, and `trust.json` all public halves with what was revoked. That
 * file is what others need, and it holds nothing secret.
 */
export class KeyStore {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  get trust_file(): string {
    return join(this.folder, 'trust.json')
  }

  /** Makes a key. @throws SignatureProblem when there is one of this name */
  make(name: string, curve: CurveName, may: readonly Kind[], password?: string): StoredKey {
    if (!NAME.test(name)) throw new SignatureProblem(`"${name}" can't be a key's name: letters, digits, dots, dashes and underscores can.`)
    const trust = this.#read()
    if (trust.keys.some((key) => key.name === name)) {
      throw new SignatureProblem(
        `There is a key ${name} already: give it a successor with millrace keys rotate ${name}, or take another name.`,
      )
    }
    return this.#add(trust, name, curve, may, password)
  }

  /** Every key that was made, the newest first of each name. */
  list(): readonly (StoredKey & { readonly state: 'current' | 'rotated' | 'revoked'; readonly reason?: string })[] {
    const { keys, revoked } = this.#read()
    return keys.map((key) => {
      const revocation = revoked.find(({ id }) => id === key.id)
      if (revocation) return { ...key, state: 'revoked', reason: revocation.reason }
      return { ...key, state: key.rotated === undefined ? 'current' : 'rotated' }
    })
  }

  /** Makes a key's successor: signatures of the old one still count, and its private half is gone. @throws SignatureProblem */
  rotate(name: string, password?: string): StoredKey {
    const trust = this.#read()
    const old = trust.keys.find((key) => key.name === name && key.rotated === undefined)
    if (!old) throw new SignatureProblem(`There is no key ${name}: millrace keys list shows which there are.`)
    const rotated = new Date().toISOString()
    return this.#add(
      { ...trust, keys: trust.keys.map((key) => (key === old ? { ...key, rotated } : key)) },
      name,
      old.curve,
      old.may,
      password,
    )
  }

  /** Says that a key's or a certificate's signatures no longer count, whenever they were made. Gives the ids. @throws SignatureProblem */
  revoke(which: string, reason: string): readonly string[] {
    const trust = this.#read()
    const named = trust.keys.filter(({ name, id }) => name === which || id === which)
    const ids = named.length > 0 ? named.map(({ id }) => id) : /^[0-9a-f]{64}$/.test(which) ? [which] : []
    if (ids.length === 0) throw new SignatureProblem(`"${which}" is no key's name here, and no id of 64 hex digits.`)
    const fresh = ids.filter((id) => !trust.revoked.some((one) => one.id === id))
    const at = new Date().toISOString()
    this.#write({ ...trust, revoked: [...trust.revoked, ...fresh.map((id) => ({ id, reason, at }))] })
    // After the list, so that nobody is left with a key that is gone and still counts.
    for (const { name, rotated } of named) if (rotated === undefined) rmSync(this.#keyFile(name), { force: true })
    return ids
  }

  /** The key of this name, to sign with. @throws SignatureProblem when it is not there, or others may read it */
  signer(name: string, password?: string): MessageSigner {
    const file = this.#keyFile(name)
    if (!NAME.test(name) || !existsSync(file))
      throw new SignatureProblem(`There is no private key ${name} in ${this.folder}: see millrace keys list, make and rotate.`)
    return signerFromFile(file, password)
  }

  #add(trust: TrustFile, name: string, curve: CurveName, may: readonly Kind[], password: string | undefined): StoredKey {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve })
    const { pem, id } = readPublicKey(publicKey)
    const made: StoredKey = { name, id, curve, public_key: pem, may, made: new Date().toISOString() }
    const file = this.#keyFile(name)
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    // First the private half: a key that is trusted and can't sign would be an error that somebody meets much later.
    replaceFile(file, pemOf(privateKey, password), 0o600)
    this.#write({ ...trust, keys: [made, ...trust.keys] })
    return made
  }

  #keyFile(name: string): string {
    return join(this.folder, `${name}.key`)
  }

  #read(): TrustFile {
    if (!existsSync(this.trust_file)) return EMPTY
    const text = readFileSync(this.trust_file, 'utf8')
    readTrust(text, this.trust_file)
    return { ...EMPTY, ...(parseObject(text, this.trust_file) as Partial<TrustFile>) }
  }

  #write(trust: TrustFile): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    replaceFile(this.trust_file, `${JSON.stringify(trust, undefined, 2)}\n`, 0o644)
  }
}

/** A private key from a file. @throws SignatureProblem when others may read it */
export function signerFromFile(file: string, password?: string): MessageSigner {
  let pem: string
  try {
    if ((statSync(file).mode & 0o077) !== 0 && process.platform !== 'win32') {
      throw new SignatureProblem(
        `Others than its owner may read the key ${file}: chmod 600 it, and revoke it if somebody else has been there.`,
      )
    }
    pem = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof SignatureProblem) throw error
    throw new SignatureProblem(`The key ${file} can't be read: ${(error as Error).message}`)
  }
  return signerFromPem(pem, password, `The key ${file}`)
}

const pemOf = (key: KeyObject, password: string | undefined): string =>
  key.export({ type: 'pkcs8', format: 'pem', ...(password !== undefined && { cipher: 'aes-256-cbc', passphrase: password }) }) as string

function replaceFile(file: string, text: string, mode: number): void {
  const next = `${file}.${process.pid}`
  writeFileSync(next, text, { mode, flush: true })
  renameSync(next, file)
}
