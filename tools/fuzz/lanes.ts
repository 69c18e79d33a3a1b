import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setPriority, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { FOUND } from '../corpus/found.ts'
import type { Told } from './as-child.ts'
import type { Failure } from './fuzz.ts'
import type { Seed, Target } from './target.ts'

/** A reader that keeps its inputs, or makes too much of one, ends its process by this, and is found so. */
const HEAP_MAX_MIB = 512
const LOOK_MS = 250

export type LaneOptions = {
  /** For each target. */
  readonly seconds: number
  /** Where inputs are kept that a reader failed at. */
  readonly found?: string
  /** The file of the process in which a target is fuzzed. */
  readonly child?: string
  /** With what lies outside the heap: bytes that were unpacked, and code. */
  readonly memory_max_mib?: number
  /** As long may one input take by the clock, on a machine that is busy. What is slow by its own doing is told by fuzz.ts. */
  readonly input_max_ms?: number
  /** How far others go before them, from 0 to 19. */
  readonly niceness?: number
  /** Where chance begins: the same seed tries the same inputs, as far as the time goes. The clock, unless said. */
  readonly seed?: number
}

const DEFAULTS = {
  found: FOUND,
  child: new URL('child.ts', import.meta.url).pathname,
  memory_max_mib: 1536,
  input_max_ms: 120_000,
  niceness: 0,
  seed: Date.now() % 2 ** 32,
}

/** What came of a target's time. */
export type Ended = { readonly target: string; readonly failures: readonly string[] } & Pick<Told, 'tried' | 'endings' | 'cpu_s'>

/** A line for people, and one for each failure. */
export function linesOf({ target, tried, endings, cpu_s, failures }: Ended): string {
  const told = `${target}: ${tried} inputs, ${endings} endings (${cpu_s.toFixed(0)} s of the processor)`
  return [`${failures.length === 0 ? 'ok' : 'failed'} fuzzing ${told}`, ...failures].join('\n')
}

/** Targets that wait for their time. Each `run` takes one after the other: several are several lanes at once. */
export class Lanes {
  readonly #waiting: Target[]
  readonly #options: Required<LaneOptions>
  readonly #onEnded: (ended: Ended) => void
  readonly ended: Ended[] = []

  constructor(targets: readonly Target[], options: LaneOptions, onEnded: (ended: Ended) => void = () => {}) {
    this.#waiting = [...targets]
    this.#options = { ...DEFAULTS, ...options }
    this.#onEnded = onEnded
  }

  async run(): Promise<void> {
    for (let target = this.#waiting.shift(); target !== undefined; target = this.#waiting.shift()) {
      const ended = await this.#fuzzed(target.name)
      this.ended.push(ended)
      this.#onEnded(ended)
    }
  }

  async #fuzzed(target: string): Promise<Ended> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-fuzz-'))
    try {
      const file = join(folder, 'input')
      const { told, why } = await inProcess(target, file, this.#options)
      const failed: Failure[] = (told?.failed ?? []).map((one) => ({ ...one, bytes: Buffer.from(one.bytes, 'base64') }))
      if (why !== undefined) failed.push({ ...inputIn(file), why })
      const failures = failed.map((one) => `FAILED fuzzing ${target}: ${one.why} (${this.#keep(target, one)})`)
      return { target, tried: told?.tried ?? inputIn(file).count, endings: told?.endings ?? 0, cpu_s: told?.cpu_s ?? 0, failures }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  /** Puts an input into the corpus; gives its path. */
  #keep(target: string, { name, bytes }: Seed): string {
    const { found } = this.#options
    mkdirSync(found, { recursive: true })
    const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 8)
    const path = join(found, `${target}@${digest}@${basename(name)}`)
    writeFileSync(path, bytes)
    return path
  }
}

type InProcess = { readonly told?: Told; readonly why?: string }

/** Fuzzes a target in a process of its own, which is ended when it hangs or grows; `why` says that it was, or ended by itself too early. */
function inProcess(target: string, file: string, options: Required<LaneOptions>): Promise<InProcess> {
  const child = fork(options.child, [target, String(options.seconds * 1000), String(options.seed), file], {
    execArgv: ['--conditions=source', `--max-old-space-size=${HEAP_MAX_MIB}`],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  if (child.pid !== undefined) setPriority(child.pid, options.niceness)
  return new Promise((resolve) => {
    let told: Told | undefined
    let why: string | undefined
    let said = ''
    let last = { count: 0, since: performance.now() }
    const end = (reason: string): void => {
      why ??= reason
      child.kill('SIGKILL')
    }
    const look = setInterval(() => {
      const { count } = inputIn(file)
      if (count !== last.count) last = { count, since: performance.now() }
      if (performance.now() - last.since > options.input_max_ms) end(`it did not come to an end within ${options.input_max_ms / 1000} s`)
      const memory = memoryMibOf(child.pid)
      if (memory > options.memory_max_mib) end(`it grew to ${memory.toFixed(0)} MiB`)
    }, LOOK_MS)
    child.stderr?.on('data', (text) => {
      said = `${said}${text}`.slice(-2000)
    })
    child.on('message', (message: Told) => {
      told = message
    })
    child.on('close', (code, signal) => {
      clearInterval(look)
      if (told === undefined) why ??= `its process ended with ${signal ?? code}: ${said.trim().slice(-600)}`
      resolve({ ...(told && { told }), ...(why !== undefined && { why }) })
    })
  })
}

/** The input that a process has under way. */
function inputIn(file: string): Seed & { count: number } {
  try {
    const bytes = readFileSync(file)
    const end = 12 + bytes.readUInt32LE(4)
    return { count: bytes.readUInt32LE(0), name: bytes.toString('utf8', 12, end), bytes: bytes.subarray(end, end + bytes.readUInt32LE(8)) }
  } catch {
    // It has not begun.
    return { count: 0, name: 'none', bytes: Buffer.alloc(0) }
  }
}

/** How much memory a process takes, where the system tells it in a file (Linux); elsewhere its heap alone is bounded. */
function memoryMibOf(pid: number | undefined): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
