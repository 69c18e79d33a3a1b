/** The half that makes signatures: it holds private keys, and may start the programs that reach them. */
export { type ExternalSigner, externalSigner, readExternalSigner } from './external-signer.ts'
export { KeyStore, type StoredKey, signerFromFile } from './key-store.ts'
export { type MessageSigner, type ModelSigner, signerFromPem, signStatement, withCertificates } from './signer.ts'
