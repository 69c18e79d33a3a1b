import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { dirname } from 'node:path'
import { limited } from '../limited.ts'
import { checkWaiting, Rest, tooLong } from '../rest.ts'
import { Cutter, type Message, pack, type Tensor, unpack } from './frames.ts'

/** How much a process that computes may take. */
export type EngineLimits = { readonly memory_max_bytes: number; readonly run_max_ms: number; readonly waiting_max: number }
export const ENGINE_LIMITS: EngineLimits = { memory_max_bytes: 4 * 1024 * 1024 * 1024, run_max_ms: 30_000, waiting_max: 1_000 }

/** What ONNX Runtime says of a model when it has read it. */
export type Described = { readonly inputs: readonly Metadata[]; readonly outputs: readonly Metadata[] }
type Metadata = { readonly name: string; readonly isTensor: boolean; readonly type?: string }

/** What a process computes: the model, and files with its tensors by their names. */
export type Program = { readonly library: string; readonly model: Buffer; readonly data: ReadonlyMap<string, Buffer> }

type Asked = { readonly resolve: (tensors: readonly Tensor[]) => void; readonly reject: (problem: Error) => void }

const START_MAX_MS = 120_000
/** A process that is asked nothing for so long keeps this one from ending no more: to say so after each answer costs each request. */
const REST_MS = 50

/**
 * A model in a process of its own, where native code reads it: what crashes, hangs or eats memory there ends that process and fails what
 * it was asked, and nothing else. Questions that come while it computes go to it together when it is done; each is computed by itself.
 */
export class Engine {
  readonly #program: Program
  readonly #limits: EngineLimits
  #child: ChildProcess | undefined
  #starting: Promise<Described> | undefined
  readonly #asked = new Map<number, Asked>()
  #waiting: Buffer[] = []
  #in_flight = 0
  #last_id = 0
  #timer: NodeJS.Timeout | undefined
  #resting: NodeJS.Timeout | undefined
  /** Whether this process waits for the other one before it ends. */
  #is_held = false
  readonly #rest_after_death = new Rest()
  #is_closed = false

  constructor(program: Program, limits: EngineLimits = ENGINE_LIMITS) {
    this.#program = program
    this.#limits = limits
  }

  /** Starts the process, unless it runs. @throws Error that says why it can't compute the model */
  start(): Promise<Described> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  /** Computes. @throws RequestProblem when the process is not there, or takes too long; Error with what ONNX Runtime says */
  async run(tensors: readonly Tensor[]): Promise<readonly Tensor[]> {
    if (this.#child === undefined) {
      this.#rest_after_death.check()
      await this.start()
    }
    checkWaiting(this.#asked.size, this.#limits.waiting_max)
    return new Promise((resolve, reject) => {
      this.#last_id = (this.#last_id % 0xffff_fffe) + 1
      this.#asked.set(this.#last_id, { resolve, reject })
      this.#waiting.push(pack({ id: this.#last_id, tensors }))
      if (this.#in_flight === 0) this.#send()
    })
  }

  /** Ends the process, once it has answered what it was asked. */
  async close(): Promise<void> {
    this.#is_closed = true
    if (this.#asked.size === 0) this.#child?.stdin?.end()
  }

  #send(): void {
    const { child, waiting } = { child: this.#child, waiting: this.#waiting }
    if (child === undefined || waiting.length === 0) return
    this.#waiting = []
    this.#in_flight = waiting.length
    if (!this.#is_held) hold(child, true)
    this.#is_held = true
    child.stdin?.write(waiting.length === 1 ? (waiting[0] as Buffer) : Buffer.concat(waiting))
    this.#watch(child, this.#limits.run_max_ms)
  }

  #watch(child: ChildProcess, limit_ms: number): void {
    if (this.#timer) this.#timer.refresh()
    else
      this.#timer = setTimeout(() => {
        this.#timer = undefined
        if (this.#in_flight > 0) this.#fail(child, tooLong(limit_ms))
      }, limit_ms)
  }

  /** All is answered. Under load more is asked at once: only who is asked nothing for a while rests. */
  #rest(): void {
    if (this.#is_closed) this.#child?.stdin?.end()
    this.#resting ??= setTimeout(() => {
      this.#resting = undefined
      if (this.#asked.size > 0 || this.#in_flight > 0) return
      clearTimeout(this.#timer)
      this.#timer = undefined
      this.#is_held = false
      if (this.#child) hold(this.#child, false)
    }, REST_MS)
  }

  #answer({ id, tensors, problem }: Message): void {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    this.#in_flight--
    if (problem === undefined) asked?.resolve(tensors)
    else asked?.reject(new Error(`ONNX Runtime: ${problem}`))
  }

  #fail(child: ChildProcess, why: Error): void {
    child.kill('SIGKILL')
    if (this.#child !== child) return
    this.#child = this.#starting = undefined
    this.#rest_after_death.begin()
    const all = [...this.#asked.values()]
    this.#asked.clear()
    this.#waiting = []
    this.#in_flight = 0
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const { reject } of all) reject(why)
  }

  async #start(): Promise<Described> {
    const { library, model, data } = this.#program
    const [program, args] = limited([process.execPath, ...argumentsOf(library)], { memory_max_bytes: this.#limits.memory_max_bytes })
    const child = spawn(program, args, { env: {}, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child = child
    this.#is_held = true
    // The model is the first question: others wait until it is answered.
    this.#in_flight = 1
    const cutter = new Cutter()
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-2_000)
    })
    child.stdin?.on('error', () => {})
    const described = new Promise<Described>((resolve, reject) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), START_MAX_MS)
      const ended = (how: string): void => {
        clearTimeout(timer)
        const why = `the process that computes it ended (${how})${said === '' ? '' : `: ${said.trim().split('\n').at(-1)?.slice(0, 300)}`}`
        reject(new Error(why))
        this.#fail(child, new Error(`ONNX Runtime: ${why}`))
      }
      child.once('error', (error) => ended(error.message))
      child.once('close', (code, signal) => ended(signal ?? `exit ${code}`))
      child.stdout?.on('data', (chunk: Buffer) => {
        let messages: readonly Message[]
        try {
          messages = cutter.add(chunk).map(unpack)
        } catch {
          // Native code that read a hostile model may say anything.
          ended('it answered what is no answer')
          return
        }
        for (const message of messages) {
          if (message.id !== 0) this.#answer(message)
          else if (message.problem !== undefined) ended(message.problem.replace(/^\S+\.(?:cc|h):\d+ .*?\) (?=\S)/s, '').trim())
          else {
            clearTimeout(timer)
            this.#in_flight = 0
            const [text = ''] = (message.tensors[0]?.data ?? []) as readonly string[]
            resolve(JSON.parse(text) as Described)
          }
        }
        if (this.#child !== child || this.#in_flight > 0) return
        if (this.#waiting.length > 0) this.#send()
        else if (this.#asked.size === 0) this.#rest()
      })
    })
    const files = [...data.keys()]
    for (const part of [Buffer.from(JSON.stringify({ files })), model, ...data.values()]) {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(part.length)
      child.stdin?.write(length)
      child.stdin?.write(part)
    }
    return described
  }
}

/** Whether this process waits for the other one before it ends. */
function hold(child: ChildProcess, is_held: boolean): void {
  const what = is_held ? 'ref' : 'unref'
  child[what]()
  for (const end of [child.stdin, child.stdout, child.stderr]) (end as Socket | null)?.[what]?.()
}

/** Rights of the child: to read its own code and ONNX Runtime's, and to load its native part. No network, no processes, no writing. */
function argumentsOf(library: string): string[] {
  const file = import.meta.url.endsWith('.ts') ? './child.ts' : './child.js'
  const entry = new URL(file, import.meta.url).pathname
  const packages = library.slice(0, library.lastIndexOf('/node_modules/') + '/node_modules/'.length)
  return [
    // What is asked leaves nothing behind, which V8 can't know: it would keep whole messages by objects that it makes old at once.
    '--no-allocation-site-pretenuring',
    '--max-semi-space-size=4',
    '--permission',
    '--allow-addons',
    `--allow-fs-read=${dirname(entry)}/`,
    `--allow-fs-read=${packages}`,
    '--no-warnings',
    entry,
    library,
  ]
}
