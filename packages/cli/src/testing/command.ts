import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The real command of this checkout. */
export const MILLRACE = new URL('../../../../millrace', import.meta.url).pathname

/** What an ended command left: its exit code and what it said. */
export type Ended = { readonly code: number | null; readonly out: string; readonly err: string }

export type Started = {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  /** What it has said so far. */
  said(): string
  /** Waits until it has said something that matches. @throws Error when it ends before, or after a minute */
  until(pattern: RegExp): Promise<RegExpExecArray>
}

const folders: string[] = []
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A new empty folder to run a command in, which goes away with the process of the test file. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'))
  folders.push(folder)
  return folder
}

// What the machine that runs the tests has set must not reach the command.
const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(MLFLOW_|MILLRACE_|PG)/.test(name)))

/** Starts the command, as a user would. */
export function start(args: readonly string[], options: { cwd?: string; env?: Record<string, string>; command?: string } = {}): Started {
  const child = spawn(options.command ?? MILLRACE, args, {
    cwd: options.cwd ?? newFolder(),
    env: { ...bare, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  let changed = (): void => {}
  const collect = (name: 'out' | 'err') => (chunk: Buffer) => {
    said[name] += chunk
    changed()
  }
  child.stdout.on('data', collect('out'))
  child.stderr.on('data', collect('err'))
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...said })))
  const all = (): string => said.out + said.err
  return {
    process: child,
    ended,
    said: all,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`nothing matched ${pattern} in a minute:\n${all()}`)), 60_000)
        changed = () => {
          const match = pattern.exec(all())
          if (!match) return
          clearTimeout(timer)
          resolve(match)
        }
        child.once('close', () => {
          clearTimeout(timer)
          reject(new Error(`the command ended before ${pattern}:\n${all()}`))
        })
        changed()
      }),
  }
}

/** Runs a command to its end. */
export const run = (args: readonly string[], options: Parameters<typeof start>[1] = {}): Promise<Ended> => start(args, options).ended

/** Starts `millrace server` on a free port; gives its URL with it. */
export async function startServer(args: readonly string[], options: Parameters<typeof start>[1] = {}): Promise<Started & { url: string }> {
  const started = start(['server', '--port', '0', ...args], options)
  const [, url = ''] = await started.until(/serves on (http:\S+)/)
  return { ...started, url }
}

/** Calls an endpoint of the tracking API. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads the answer's JSON as it expects it
export async function post(url: string, path: string, body: unknown): Promise<{ status: number; body: any }> {
  const answer = await fetch(`${url}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: await answer.json() }
}
