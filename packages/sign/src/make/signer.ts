import { createPrivateKey, createPublicKey, sign as ecdsa, type KeyObject, type X509Certificate } from 'node:crypto'
import { bundleText, type Material } from '../bundle.ts'
import { keyOfCertificate, readCertificates } from '../certificates.ts'
import { PAYLOAD_TYPE, preAuthenticated } from '../dsse.ts'
import { isSignedBy, type PublicKey, readPublicKey } from '../keys.ts'
import { SignatureProblem } from '../problem.ts'
import { type Statement, statementBytes } from '../statement.ts'

/**
 * What can sign: a key in memory, or a program that reaches one (PKCS#11, a cloud's key service). `sign` gets the bytes and gives an ECDSA
 * signature over their hash as DER; the hash is the one that goes with the key's curve.
 */
export type MessageSigner = { readonly public_key: PublicKey; sign(bytes: Buffer): Promise<Buffer> | Buffer }

/** A signer, and the certificates that say who it is, if there are any: the signer's own first. */
export type ModelSigner = { readonly signer: MessageSigner; readonly chain?: readonly X509Certificate[] }

/** A key from PEM, which may be encrypted. @throws SignatureProblem whose message shows nothing of it */
export function signerFromPem(pem: string, passphrase?: string, what = 'The key'): MessageSigner {
  const key = privateKey(pem, passphrase, what)
  const public_key = readPublicKey(createPublicKey(key), what)
  return { public_key, sign: (bytes) => ecdsa(public_key.curve.hash, bytes, key) }
}

function privateKey(pem: string, passphrase: string | undefined, what: string): KeyObject {
  const is_encrypted = pem.includes('ENCRYPTED')
  if (is_encrypted && passphrase === undefined) {
    throw new SignatureProblem(`${what} is encrypted: set MILLRACE_KEY_PASSWORD, or MILLRACE_KEY_PASSWORD_FILE to a file that holds it.`)
  }
  try {
    return createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) })
  } catch {
    // OpenSSL's own words are about its decoders.
    if (is_encrypted) throw new SignatureProblem(`${what} can't be decrypted with this password.`)
    throw new SignatureProblem(`${what} is no private key as PEM (BEGIN PRIVATE KEY): make one with millrace keys make.`)
  }
}

/** A signer with the certificates that vouch for it, from PEM. @throws SignatureProblem when the first is another key's */
export function withCertificates(signer: MessageSigner, certificate: string, chain: string | undefined): ModelSigner {
  const [own, ...more] = readCertificates(certificate, 'The certificate') as [X509Certificate, ...X509Certificate[]]
  if (readPublicKey(keyOfCertificate(own), "The certificate's key").id !== signer.public_key.id) {
    throw new SignatureProblem("The certificate is another key's: its public key is not the one that signs.")
  }
  return { signer, chain: [own, ...more, ...(chain === undefined ? [] : readCertificates(chain, 'The chain'))] }
}

/** Signs a statement; gives the bundle as text. @throws SignatureProblem when what signed gave a signature that is none */
export async function signStatement({ signer, chain }: ModelSigner, statement: Statement): Promise<string> {
  const payload = statementBytes(statement)
  const bytes = preAuthenticated(payload)
  const signature = await signer.sign(bytes)
  // Asked of every signer: a program may have used another key or another hash than it was told.
  if (!isSignedBy(signer.public_key, bytes, signature)) {
    const { curve } = signer.public_key
    throw new SignatureProblem(`What was signed does not fit the public key: is it that key, on ${curve.name} with ${curve.hash}?`)
  }
  const material: Exclude<Material, { kind: 'keyless' }> = chain
    ? { kind: 'certificates', chain: chain.map(({ raw }) => raw) }
    : { kind: 'key', hint: signer.public_key.id }
  return bundleText(material, { payload, payload_type: PAYLOAD_TYPE, signature })
}
