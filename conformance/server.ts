import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../tools/test/free-port.ts'

const root = new URL('..', import.meta.url).pathname

// Three at once on two cores that are busy with other tests have taken more than 20 s.
const START_MAX_MS = 60_000

export type StartedServer = {
  readonly url: string
  /** The folder in which it was started: `millrace-data` is below it. */
  readonly dir: string
  readonly process: ChildProcess
  /** Sends the signal and waits for the end; gives the exit code. Asked to, it leaves the folder for another start. */
  stop(signal?: NodeJS.Signals, keep?: boolean): Promise<number | null>
}

/** Starts `./millrace server` as a user would, in a new folder, and waits until it answers. */
export async function startMillrace(
  args: readonly string[] = [],
  options: { dir?: string; env?: Record<string, string>; port?: number } = {},
): Promise<StartedServer> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'millrace-'))
  const port = options.port ?? (await freePort())
  const child = spawn(join(root, 'millrace'), ['server', '--port', String(port), ...args], {
    cwd: dir,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = `http://127.0.0.1:${port}`
  for (const deadline = Date.now() + START_MAX_MS; ; ) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the server did not start:\n${output}`)
    const answered = await fetch(`${url}/health`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (answered) break
    await new Promise((done) => setTimeout(done, 20))
  }
  return {
    url,
    dir,
    process: child,
    async stop(signal = 'SIGTERM', keep = false) {
      child.kill(signal)
      const code = await exited
      if (!keep) rmSync(dir, { recursive: true, force: true })
      return code
    },
  }
}
