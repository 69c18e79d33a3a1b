import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const locks = new URL('../.cache/locks/', import.meta.url).pathname
const WAIT_MAX_MS = 15 * 60_000

/**
 * Does what only one process may do at a time, such as installing something into `.cache/`: test files run two at once, and both may need
 * it. The folder of the lock has the number of the process that holds it, so that one which was killed does not hold up the next.
 * @throws Error when another process is not done after a quarter of an hour; and what the work throws
 */
export function inTurn<T>(name: string, work: () => T): T {
  const lock = join(locks, name)
  mkdirSync(locks, { recursive: true })
  for (const deadline = Date.now() + WAIT_MAX_MS; !taken(lock); sleep(100)) {
    if (Date.now() > deadline) throw new Error(`Another process still does ${name} after a quarter of an hour: end it, or remove ${lock}.`)
    if (!alive(lock)) rmSync(lock, { recursive: true, force: true })
  }
  try {
    return work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

function taken(lock: string): boolean {
  try {
    mkdirSync(lock)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  writeFileSync(join(lock, 'pid'), String(process.pid))
  return true
}

/** Whether the process that holds the lock is there; one that has made the folder and not yet written its number is. */
function alive(lock: string): boolean {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'EPERM'
  }
}

function sleep(time_ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, time_ms)
}
