import { spawn } from 'node:child_process'

const millrace = new URL('../millrace', import.meta.url).pathname

/** `millrace models ...` while it runs. */
export type RunningModels = {
  /** Where it serves; empty when it ended before it did. */
  readonly url: string
  /** What it wrote so far. */
  said(): string
  /** Asks it to end; gives its exit code. */
  stop(): Promise<number | null>
}

/** Runs `millrace models ...`; comes back once it serves, or has ended. */
export function runModels(args: readonly string[]): Promise<RunningModels> {
  const child = spawn(millrace, ['models', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const stop = async () => {
    child.kill('SIGTERM')
    return ended
  }
  return new Promise((resolve) => {
    const hear = (chunk: Buffer): void => {
      output += chunk
      const url = /predictions on (http:\S+)/.exec(output)?.[1]
      if (url) resolve({ url, said: () => output, stop })
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('close', () => resolve({ url: '', said: () => output, stop }))
  })
}
