import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Frame, InputProblem, type Prediction, type RemoteBackend } from '../../backend.ts'
import { Refused } from '../../refused.ts'
import type { Inputs } from '../../signature/signature.ts'
import { checkWaiting, Rest, tooLong } from '../rest.ts'
import { bodyOf, predictionIn } from './answers.ts'
import { type SandboxRules, shutIn } from './bubblewrap.ts'

const START_MAX_MS = 120_000
const WAITING_MAX = 256
const ANSWER_MAX_BYTES = 64 * 1024 * 1024

type Answered = { readonly status: number; readonly body: string }

/**
 * A model that is code, in MLflow's own scoring server, shut in. It is asked over a socket in a folder that it shares with this process,
 * and gets rows that were held to the signature; what it answers is held to be something for each row, and shown as the model's.
 */
class Sandbox {
  readonly #command: [string, string[]]
  readonly #folder: string
  readonly #rules: SandboxRules
  readonly #rest = new Rest()
  #child: ChildProcess | undefined
  #starting: Promise<void> | undefined
  #said = ''
  #asked = 0
  #is_closed = false

  constructor(model: string, rules: SandboxRules) {
    this.#folder = mkdtempSync(join(tmpdir(), 'millrace-sandbox-'))
    mkdirSync(join(this.#folder, 's'))
    this.#rules = rules
    try {
      this.#command = shutIn(model, join(this.#folder, 's'), rules)
    } catch (error) {
      rmSync(this.#folder, { recursive: true, force: true })
      throw error
    }
  }

  /** Starts the server, unless it runs; the promise ends when it answers. @throws Error with what it said at last */
  start(): Promise<void> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  /** @throws RequestProblem, InputProblem, Error */
  async ask(body: string, rows: number): Promise<Prediction> {
    this.#rest.check()
    checkWaiting(this.#asked, WAITING_MAX)
    this.#asked++
    try {
      await this.start()
      const { status, body: said } = await this.#call('POST', '/invocations', this.#rules.run_max_ms, body)
      if (status === 400) throw new InputProblem(`the model does not take these rows: ${messageIn(said)}`)
      if (status !== 200) throw new Error(`the server in the sandbox answered ${status}: ${messageIn(said)}`)
      return predictionIn(JSON.parse(said), rows)
    } finally {
      this.#asked--
    }
  }

  async close(): Promise<void> {
    this.#is_closed = true
    const child = this.#child
    this.#child = this.#starting = undefined
    if (child && child.exitCode === null && child.signalCode === null) {
      const closed = new Promise((done) => child.once('close', done))
      child.kill('SIGKILL')
      await closed
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #start(): Promise<void> {
    if (this.#is_closed) throw new Error('the sandbox is closed')
    rmSync(join(this.#folder, 's', 'm.sock'), { force: true })
    const child = spawn(...this.#command, { env: {}, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    this.#said = ''
    for (const end of [child.stdout, child.stderr]) {
      end?.on('data', (chunk: Buffer) => {
        this.#said = (this.#said + chunk.toString('utf8')).slice(-4_000)
      })
    }
    let how = ''
    child.once('error', (error) => {
      how = error.message
    })
    child.once('close', (code, signal) => {
      how ||= signal ?? `exit ${code}`
      this.#gone(child)
    })
    for (const deadline = Date.now() + START_MAX_MS; Date.now() < deadline; await wait(50)) {
      if (how !== '') throw new Error(`it ended (${how}): ${lastLine(this.#said)}`)
      const answered = await this.#call('GET', '/health', 1_000).catch(() => undefined)
      if (answered?.status === 200) return
    }
    child.kill('SIGKILL')
    throw new Error(`it did not answer within ${START_MAX_MS / 1000} seconds: ${lastLine(this.#said)}`)
  }

  #gone(child: ChildProcess | undefined): void {
    if (child === undefined || this.#child !== child) return
    this.#child = this.#starting = undefined
    child.kill('SIGKILL')
    this.#rest.begin()
  }

  #call(method: string, path: string, limit_ms: number, body?: string): Promise<Answered> {
    const socketPath = join(this.#folder, 's', 'm.sock')
    const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath, method, path, headers }, (answer) => {
        const pieces: Buffer[] = []
        let bytes = 0
        answer.on('data', (piece: Buffer) => {
          bytes += piece.length
          if (bytes > ANSWER_MAX_BYTES) answer.destroy(new Error(`the model answers with more than ${ANSWER_MAX_BYTES} bytes`))
          else pieces.push(piece)
        })
        answer.on('error', fail)
        answer.on('end', () => {
          clearTimeout(timer)
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(pieces).toString('utf8') })
        })
      })
      const fail = (error: Error): void => {
        clearTimeout(timer)
        reject(error)
      }
      // What computes on nobody's behalf is ended, and with it whoever else waits.
      const timer = setTimeout(() => {
        if (method === 'POST') this.#gone(this.#child)
        asked.destroy(tooLong(limit_ms))
      }, limit_ms)
      asked.on('error', fail)
      asked.end(body)
    })
  }
}

/** The backend of a model that is code. `forget` is called when its files are needed no more. @throws Refused('sandbox') */
export async function sandboxBackend(model: string, rules: SandboxRules, forget: () => void): Promise<RemoteBackend> {
  let sandbox: Sandbox | undefined
  const close = async (): Promise<void> => {
    await sandbox?.close()
    forget()
  }
  try {
    sandbox = new Sandbox(model, rules)
    await sandbox.start()
  } catch (error) {
    await close()
    if (error instanceof Refused) throw error
    throw new Refused('sandbox', `The model can't be started in the sandbox: ${(error as Error).message}`, { cause: error })
  }
  const started = sandbox
  let taken: Inputs | undefined
  return {
    kind: 'Python, in a sandbox',
    inputs: undefined,
    checkInputs: (inputs) => {
      taken = inputs
    },
    predict: (frame: Frame) => started.ask(bodyOf(frame, taken), frame.rows),
    close,
  }
}

/** What an error of MLflow's says, without the stack that comes with it. */
function messageIn(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown }
    if (typeof message === 'string') return message.slice(0, 300)
  } catch {
    // Whatever it is, it is shown.
  }
  return body.slice(0, 300)
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 300) || 'it said nothing'
