import { existsSync } from 'node:fs'
import { ConfigProblem, type Environment, type Given, textOfFile } from '@millrace/server/config'
import type { Statement } from '@millrace/sign'
import {
  externalSigner,
  KeyStore,
  type MessageSigner,
  type ModelSigner,
  readExternalSigner,
  signerFromFile,
  signerFromPem,
  signStatement,
  withCertificates,
} from '@millrace/sign/make'
import { keyFolder, keyPassword, textOf } from './key-options.ts'
import { isKeyless, keylessPen } from './keyless.ts'

/** What signs statements, and how it is told who did. */
export type Pen = {
  readonly by: Readonly<Record<string, string>>
  readonly told: string
  /** Gives the bundle as text. */
  sign(statement: Statement): Promise<string>
}

/** What the flags and variables say is signed with. @throws ConfigProblem, SignatureProblem */
export async function penOf(given: Given, env: Environment): Promise<Pen> {
  if (isKeyless(given)) return keylessPen(given, env)
  const signer = signerOf(given, env)
  const { id, curve } = signer.signer.public_key
  return {
    by: { key_id: id, curve: curve.name },
    told: `key     ${id} (${curve.name})`,
    sign: (statement) => signStatement(signer, statement),
  }
}

function signerOf(given: Given, env: Environment): ModelSigner {
  const signer = keyOf(given, env)
  const certificate = textOf(given, 'certificate')
  const chain = textOf(given, 'certificate-chain')
  if (certificate === undefined) {
    if (chain !== undefined) throw new ConfigProblem('--certificate-chain goes with --certificate, the certificate of the key itself.')
    return { signer }
  }
  return withCertificates(signer, textOfFile(certificate, '--certificate'), chain && textOfFile(chain, '--certificate-chain'))
}

function keyOf(given: Given, env: Environment): MessageSigner {
  const program = textOf(given, 'signer')
  const key = textOf(given, 'key')
  if (program !== undefined) {
    if (key !== undefined) throw new ConfigProblem('--key and --signer both say what to sign with: give one of them.')
    return externalSigner(readExternalSigner(textOfFile(program, '--signer'), program))
  }
  const password = keyPassword(env)
  if (key === undefined) {
    if (!env.MILLRACE_SIGNING_KEY) {
      throw new ConfigProblem(
        'Sign with what? --key names a key (millrace keys make), --signer a program, MILLRACE_SIGNING_KEY one; --sigstore needs none.',
      )
    }
    return signerFromPem(env.MILLRACE_SIGNING_KEY, password, 'MILLRACE_SIGNING_KEY')
  }
  if (/[/\\]|\.(pem|key)$/.test(key) || existsSync(key)) return signerFromFile(key, password)
  return new KeyStore(keyFolder(given, env)).signer(key, password)
}
