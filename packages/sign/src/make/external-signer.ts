import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { listIn, parseObject, textIn } from '../json.ts'
import { isSignedBy, type PublicKey, readPublicKey } from '../keys.ts'
import { SignatureProblem } from '../problem.ts'
import type { MessageSigner } from './signer.ts'

/** A program that signs with a key which never leaves its place: a token, a smart card, a cloud's key service. */
export type ExternalSigner = {
  readonly public_key: PublicKey
  /** The program and its arguments, started without a shell. */
  readonly command: readonly string[]
  /** What it gets on its standard input: the bytes, or their hash by the curve's algorithm. */
  readonly input: 'message' | 'digest'
}

const ANSWER_MAX_BYTES = 4096
const SAID_MAX = 500
const WAIT_MS = 120_000

/**
 * A signer's file: `{ "public_key": "-----BEGIN PUBLIC KEY-----…", "command": ["program", "argument"], "input": "message" }`.
 * @throws SignatureProblem
 */
export function readExternalSigner(text: string, what = "The signer's file"): ExternalSigner {
  const raw = parseObject(text, what)
  const command = listIn(raw.command, `'command' in ${what}`).map((word) => textIn(word, `A word of 'command' in ${what}`))
  if (command.length === 0 || command[0] === '') throw new SignatureProblem(`'command' in ${what} names no program.`)
  const input = raw.input ?? 'message'
  if (input !== 'message' && input !== 'digest') throw new SignatureProblem(`'input' in ${what} is "message" or "digest".`)
  return { public_key: readPublicKey(textIn(raw.public_key, `'public_key' in ${what}`), `'public_key' in ${what}`), command, input }
}

/** Signs by a program. It gives the signature on its standard output: as DER, as the two numbers one after another, or either in base64. */
export function externalSigner({ public_key, command, input }: ExternalSigner): MessageSigner {
  const { hash } = public_key.curve
  return {
    public_key,
    async sign(bytes) {
      const answer = await runProgram(command, input === 'digest' ? createHash(hash).update(bytes).digest() : bytes)
      const signature = spellings(answer, public_key).find((one) => isSignedBy(public_key, bytes, one))
      if (signature) return signature
      throw new SignatureProblem(
        `${command[0]} gave ${answer.length} bytes, which are no signature of the key ${public_key.id.slice(0, 16)}…`,
      )
    },
  }
}

function spellings(answer: Buffer, { curve }: PublicKey): readonly Buffer[] {
  const decoded = Buffer.from(answer.toString('latin1').trim(), 'base64')
  return [answer, decoded].flatMap((one) => (one.length === curve.bytes * 2 ? [one, derOf(one)] : [one]))
}

/** Two numbers one after another (as PKCS#11 and JOSE have them) as DER. */
function derOf(both: Buffer): Buffer {
  const half = both.length / 2
  const inner = Buffer.concat([both.subarray(0, half), both.subarray(half)].map(derInteger))
  return Buffer.concat([Buffer.from(inner.length < 128 ? [0x30, inner.length] : [0x30, 0x81, inner.length]), inner])
}

function derInteger(number: Buffer): Buffer {
  let first = 0
  while (first < number.length - 1 && number[first] === 0) first++
  const digits = number.subarray(first)
  const padded = (digits[0] as number) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits
  return Buffer.concat([Buffer.from([0x02, padded.length]), padded])
}

function runProgram([program = '', ...args]: readonly string[], input: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], shell: false, timeout: WAIT_MS })
    const out: Buffer[] = []
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-SAID_MAX)
    })
    // A program that ends before it has read everything tells so by its exit code.
    child.stdin.on('error', () => {})
    child.on('error', (error) => reject(new SignatureProblem(`The signer ${program} could not be started: ${error.message}`)))
    child.on('close', (code, signal) => {
      const answer = Buffer.concat(out)
      if (code !== 0)
        reject(new SignatureProblem(`The signer ${program} ended with ${code ?? signal}: ${said.trim() || 'it said nothing'}`))
      else if (answer.length > ANSWER_MAX_BYTES)
        reject(new SignatureProblem(`The signer ${program} gave ${answer.length} bytes: no signature.`))
      else resolve(answer)
    })
    child.stdin.end(input)
  })
}
