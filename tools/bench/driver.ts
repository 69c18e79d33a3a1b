import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../test/free-port.ts'
import { Bench } from './measure.ts'
import { memoryMiB } from './process-tree.ts'
import { type Result, WORKLOADS } from './workloads.ts'

const START_MAX_MS = 120_000
const SETTLE_MS = 1500
const CONNECTIONS = 8

/** How one server is started: `{port}`, two more (`{second}`, `{third}`) and `{dir}`, a new folder, are filled in. */
export type Command = { readonly command: readonly string[]; readonly env?: Readonly<Record<string, string>> }

export type Options = {
  readonly runs: number
  readonly artifact_MiB: number
  readonly only?: ReadonlySet<string>
  readonly progress: (workload: string, result: Result) => void
}

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** A server that runs: it answered `start_ms` after it was started. */
export type Running = { readonly port: number; readonly pid: number; readonly start_ms: number }

const TRIES_MAX = 3
const SAID_MAX = 2000

/**
 * Starts a server in an empty folder, waits until it answers 200 at a path, lets `work` use it, and stops it with all that it started.
 * One that ends before it answers is tried again by another port: somebody else may have taken the
 * first. Needs Linux, whose /proc has the figures.
 */
export async function withServer<T>(command: Command, path: string, work: (running: Running) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await once(command, path, work)
    } catch (error) {
      if (!(error instanceof EndedEarly) || tries === TRIES_MAX) throw error
    }
  }
}

class EndedEarly extends Error {}

async function once<T>({ command, env = {} }: Command, path: string, work: (running: Running) => Promise<T>): Promise<T> {
  const ports = { port: await freePort(), second: await freePort(), third: await freePort() }
  const dir = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  const filled = (text: string): string =>
    text.replaceAll('{dir}', dir).replaceAll(/\{(port|second|third)\}/g, (_, name: keyof typeof ports) => String(ports[name]))
  const [program = '', ...args] = command.map(filled)
  const variables = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)]))
  const started = performance.now()
  // A group of its own, so that its workers end with it.
  const child = spawn(program, args, {
    cwd: dir,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    env: { ...process.env, ...variables },
  })
  let said = ''
  child.stderr?.on('data', (piece) => {
    said = (said + piece).slice(-SAID_MAX)
  })
  const { pid } = child
  let is_answering = false
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      const Kind = is_answering ? Error : EndedEarly
      reject(new Kind(`it ended with ${code}: ${said.trim().split('\n').at(-1)}`))
    })
  })
  failed.catch(() => {})
  const end = (signal: NodeJS.Signals) => {
    try {
      if (pid !== undefined) process.kill(-pid, signal)
    } catch {
      // it has ended
    }
  }
  const atExit = () => end('SIGKILL')
  process.once('exit', atExit)
  try {
    if (pid === undefined) return await failed
    await Promise.race([failed, answering(ports.port, path, started, () => child.exitCode === null)])
    is_answering = true
    return await Promise.race([failed, work({ port: ports.port, pid, start_ms: Math.round(performance.now() - started) })])
  } finally {
    end('SIGTERM')
    await Promise.race([failed.catch(() => {}), sleep(5000)])
    end('SIGKILL')
    process.off('exit', atExit)
    rmSync(dir, { recursive: true, force: true })
  }
}

async function answering(port: number, path: string, started: number, goes: () => boolean): Promise<void> {
  const bench = new Bench(port, 0, 1)
  const answers = (): Promise<boolean> =>
    bench.raw('GET', path).then(
      () => true,
      () => false,
    )
  while (goes() && !(await answers())) {
    if (performance.now() - started > START_MAX_MS) throw new Error(`it did not answer ${path} in time`)
    await sleep(5)
  }
}

/** Starts a server, drives every workload through it, and stops it. */
export const drive = (command: Command, options: Options): Promise<Record<string, Result>> =>
  withServer(command, '/health', ({ port, pid, start_ms }) => work(new Bench(port, pid, CONNECTIONS), start_ms, options))

async function work(bench: Bench, start_ms: number, options: Options): Promise<Record<string, Result>> {
  const results: Record<string, Result> = {}
  const note = (name: string, result: Result) => {
    results[name] = result
    options.progress(name, result)
  }
  await sleep(SETTLE_MS)
  note('start', { start_ms, idle_MiB: memoryMiB(bench.pid) })
  const { experiment_id } = await bench.post('experiments/create', { name: 'bench' })
  const place = { bench, experiment_id, runs: options.runs, artifact_MiB: options.artifact_MiB }
  for (const [name, workload] of Object.entries(WORKLOADS)) {
    if (options.only && !options.only.has(name)) continue
    try {
      note(name, await workload(place))
    } catch (error) {
      note(name, { error: (error as Error).message.slice(0, 300) })
    }
  }
  note('end', { end_MiB: memoryMiB(bench.pid) })
  return results
}
