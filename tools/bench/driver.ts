import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../test/postgres.ts'
import { Bench } from './measure.ts'
import { memoryMiB } from './process-tree.ts'
import { type Result, WORKLOADS } from './workloads.ts'

const START_MAX_MS = 120_000
const SETTLE_MS = 1500
const CONNECTIONS = 8

/** How one server is started: `{port}` and `{dir}` (a new folder) are filled in. */
export type Command = { readonly command: readonly string[]; readonly env?: Readonly<Record<string, string>> }

export type Options = {
  readonly runs: number
  readonly artifact_MiB: number
  readonly only?: ReadonlySet<string>
  readonly progress: (workload: string, result: Result) => void
}

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** Starts a server in an empty folder, drives every workload through it, and stops it. Needs Linux, whose /proc has the figures. */
export async function drive({ command, env = {} }: Command, options: Options): Promise<Record<string, Result>> {
  const port = await freePort()
  const dir = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  const [program = '', ...args] = command.map((part) => part.replaceAll('{port}', String(port)).replaceAll('{dir}', dir))
  const started = performance.now()
  // A group of its own, so that its workers end with it.
  const child = spawn(program, args, { cwd: dir, stdio: 'ignore', detached: true, env: { ...process.env, ...env } })
  const pid = child.pid
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)))
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
    return await Promise.race([failed, work(new Bench(port, pid, CONNECTIONS), started, options)])
  } finally {
    end('SIGTERM')
    await Promise.race([failed.catch(() => {}), sleep(5000)])
    end('SIGKILL')
    process.off('exit', atExit)
    rmSync(dir, { recursive: true, force: true })
  }
}

async function work(bench: Bench, started: number, options: Options): Promise<Record<string, Result>> {
  while (!(await answers(bench))) {
    if (performance.now() - started > START_MAX_MS) throw new Error('it did not answer /health in time')
    await sleep(10)
  }
  const results: Record<string, Result> = {}
  const note = (name: string, result: Result) => {
    results[name] = result
    options.progress(name, result)
  }
  const start_ms = Math.round(performance.now() - started)
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

const answers = (bench: Bench): Promise<boolean> =>
  bench.raw('GET', '/health').then(
    () => true,
    () => false,
  )
