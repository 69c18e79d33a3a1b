import type { X509Certificate } from 'node:crypto'
import { fingerprintOf, readCertificate } from './certificates.ts'
import { listIn, objectIn, parseObject, textIn, type Unchecked } from './json.ts'
import { type PublicKey, readPublicKey } from './keys.ts'
import { KINDS, type Kind } from './kinds.ts'
import { SignatureProblem } from './problem.ts'

/** What a signer may say unless the trust file says otherwise: that a model is theirs, and where it comes from. */
const MAY: readonly Kind[] = ['signature', 'provenance']

/** A key whose signatures count, and for what. */
export type TrustedKey = { readonly name: string; readonly key: PublicKey; readonly may: readonly Kind[] }

/** An authority whose certificates count: all of them, or those of the named people and programs. */
export type TrustedAuthority = {
  readonly name: string
  readonly certificate: X509Certificate
  readonly identities: readonly string[] | undefined
  readonly may: readonly Kind[]
}

/** Whose signatures count. */
export type Trust = {
  readonly keys: readonly TrustedKey[]
  readonly authorities: readonly TrustedAuthority[]
  /** Ids of keys and SHA-256 of certificates that no longer count, and why. */
  readonly revoked: ReadonlyMap<string, string>
}

export const NOBODY: Trust = { keys: [], authorities: [], revoked: new Map() }

/**
 * A trust file: `{ "keys": [{ "name", "public_key", "may" }], "certificates": [{ "name", "certificate", "identities", "may" }],
 * "revoked": [{ "id", "reason" }] }`.
 * @throws SignatureProblem that names the entry
 */
export function readTrust(text: string, what = 'The trust file'): Trust {
  const raw = parseObject(text, what)
  for (const name of Object.keys(raw)) {
    if (!['keys', 'certificates', 'revoked', 'about'].includes(name))
      throw new SignatureProblem(`${what} has a list '${name}', which is not known.`)
  }
  const entries = (list: string): readonly Unchecked[] =>
    listIn(raw[list] ?? [], `'${list}' in ${what}`).map((one, at) => objectIn(one, `${list}[${at}] in ${what}`))
  return {
    keys: entries('keys').map((one, at) => ({
      name: textIn(one.name, `The name of keys[${at}] in ${what}`),
      key: readPublicKey(textIn(one.public_key, `The public_key of keys[${at}] in ${what}`), `keys[${at}] in ${what}`),
      may: mayIn(one.may, `keys[${at}] in ${what}`),
    })),
    authorities: entries('certificates').map((one, at) => ({
      name: textIn(one.name, `The name of certificates[${at}] in ${what}`),
      certificate: readCertificate(
        textIn(one.certificate, `The certificate of certificates[${at}] in ${what}`),
        `certificates[${at}] in ${what}`,
      ),
      identities:
        one.identities === undefined
          ? undefined
          : listIn(one.identities, `The identities of certificates[${at}] in ${what}`).map((name) => textIn(name, 'An identity')),
      may: mayIn(one.may, `certificates[${at}] in ${what}`),
    })),
    revoked: new Map(
      entries('revoked').map((one, at) => {
        const id = textIn(one.id, `The id of revoked[${at}] in ${what}`).toLowerCase()
        if (!/^[0-9a-f]{64}$/.test(id))
          throw new SignatureProblem(`revoked[${at}] in ${what} names no id of 64 hex digits (millrace keys list).`)
        return [id, typeof one.reason === 'string' ? one.reason : '']
      }),
    ),
  }
}

function mayIn(raw: unknown, what: string): readonly Kind[] {
  if (raw === undefined) return MAY
  return listIn(raw, `'may' of ${what}`).map((one) => {
    const kind = KINDS.find((known) => known === one)
    if (kind === undefined) throw new SignatureProblem(`'may' of ${what} holds ${JSON.stringify(one)}; it may hold ${KINDS.join(', ')}.`)
    return kind
  })
}

/** Trust in one key, for whatever it signed: of whoever names the key themselves. */
export const trustKey = (key: PublicKey, name = 'the given key'): Trust => ({ ...NOBODY, keys: [{ name, key, may: KINDS }] })

/** Trust in the certificates that an authority issues. */
export const trustAuthority = (certificate: X509Certificate, name = 'the given authority'): Trust => ({
  ...NOBODY,
  authorities: [{ name, certificate, identities: undefined, may: KINDS }],
})

/** All that one of them trusts; what one of them revoked counts for none. */
export const joinTrust = (...each: readonly Trust[]): Trust => ({
  keys: each.flatMap(({ keys }) => keys),
  authorities: each.flatMap(({ authorities }) => authorities),
  revoked: new Map(each.flatMap(({ revoked }) => [...revoked])),
})

/** Why a key or one of these certificates no longer counts; undefined when they do. */
export function revocationOf(trust: Trust, key_id: string, chain: readonly X509Certificate[] = []): string | undefined {
  for (const id of [key_id, ...chain.map(fingerprintOf)]) {
    const reason = trust.revoked.get(id)
    if (reason !== undefined) return reason || 'no reason is given'
  }
  return undefined
}
