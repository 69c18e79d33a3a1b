import { createWriteStream, mkdirSync, readdirSync, rmSync, statSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import type { Frame, Prediction } from '../backend.ts'
import { rowsOf, type Served } from '../serving/served.ts'

/** What is kept of requests, and for how long. */
export type SampleRules = {
  /** The folder of the log: a file a day. */
  readonly folder: string
  /** Of all requests, which part. */
  readonly rate: number
  readonly days: number
  /** Columns that are never written. */
  readonly exclude: readonly string[]
  /** How large a day's file may grow. */
  readonly day_max_bytes: number
}

const DAY_MS = 86_400_000
const WAITING_MAX_BYTES = 4 * 1024 * 1024
const ROWS_MAX = 20
const FILE = /^predictions-(\d{4}-\d{2}-\d{2})\.jsonl$/

/** Writes a part of the requests with their predictions to files that only this user can read, and removes old ones. */
export class SampleLog {
  readonly #rules: SampleRules
  readonly #excluded: ReadonlySet<string>
  #day = ''
  #file: WriteStream | undefined
  #bytes = 0
  /** Samples that there was no room or no time for. */
  dropped = 0
  written = 0

  /** @throws the system's error when the folder can't be made */
  constructor(rules: SampleRules) {
    this.#rules = rules
    this.#excluded = new Set(rules.exclude)
    mkdirSync(rules.folder, { recursive: true, mode: 0o700 })
    this.prune(Date.now())
  }

  /** Looks at a prediction, and keeps it now and then. */
  see(model: Served, prediction: Prediction, frame: Frame): void {
    if (Math.random() >= this.#rules.rate) return
    const now = Date.now()
    const file = this.#fileOf(now)
    const outputs = rowsOf(prediction)
    const at = new Date(now).toISOString()
    for (let row = 0; row < Math.min(frame.rows, ROWS_MAX); row++) {
      const sample = { at, model: model.name, version: model.version, inputs: this.#row(frame, row), output: outputs[row] }
      const line = `${JSON.stringify(sample)}\n`
      if (file.writableLength > WAITING_MAX_BYTES || this.#bytes + line.length > this.#rules.day_max_bytes) {
        this.dropped++
        continue
      }
      this.#bytes += line.length
      this.written++
      file.write(line)
    }
  }

  #row({ columns, data }: Frame, row: number): Record<string, unknown> {
    const values: Record<string, unknown> = {}
    for (let at = 0; at < data.length; at++) {
      const name = columns?.[at] ?? String(at)
      if (!this.#excluded.has(name)) values[name] = data[at]?.[row]
    }
    return values
  }

  #fileOf(now: number): WriteStream {
    const day = new Date(now).toISOString().slice(0, 10)
    if (this.#file !== undefined && day === this.#day) return this.#file
    this.#file?.end()
    this.prune(now)
    this.#day = day
    const path = join(this.#rules.folder, `predictions-${day}.jsonl`)
    this.#bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    this.#file = createWriteStream(path, { flags: 'a', mode: 0o600 })
    // A full disk keeps nobody's prediction back.
    this.#file.on('error', () => {
      this.dropped++
      this.#file = undefined
    })
    return this.#file
  }

  /** Removes the files of days that are too long ago. */
  prune(now: number): void {
    const oldest = new Date(now - this.#rules.days * DAY_MS).toISOString().slice(0, 10)
    for (const name of readdirSync(this.#rules.folder)) {
      const day = FILE.exec(name)?.[1]
      if (day !== undefined && day < oldest) rmSync(join(this.#rules.folder, name), { force: true })
    }
  }

  /** Writes what waits. */
  close(): Promise<void> {
    return new Promise((resolve) => (this.#file ? this.#file.end(() => resolve()) : resolve()))
  }
}
