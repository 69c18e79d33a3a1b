import cluster, { type Worker } from 'node:cluster'
import type { RunningServer } from '@millrace/server'
import type { ServerSetup } from '@millrace/server/config'
import { EXIT } from './command.ts'
import { logStream } from './log.ts'
import { firstLogin, greeting } from './server.ts'
import { onStop } from './stop.ts'

/** What a worker that failed to start tells, so that one process says it, once. */
type Report = { listening: string } | { failed: { message: string; code?: string | undefined; [field: string]: unknown } }

const AGAIN_MIN_MS = 200
const AGAIN_MAX_MS = 10_000

/**
 * The process that the others share the port through. It holds no connections of clients itself: it prepares the database, starts the
 * workers, starts another when one is lost, and ends all of them together.
 */
export async function runAsPrimary(setup: ServerSetup): Promise<undefined> {
  const { migrateDatabase } = await import('@millrace/server/operate')
  const { warnings } = await migrateDatabase(setup.config.database)
  const write = (level: number, msg: string): void =>
    logStream().write(`${JSON.stringify({ level, time: new Date().toISOString(), msg })}\n`)
  for (const warning of [...setup.warnings, ...warnings]) write(40, warning)
  let stopping = false
  let pause_ms = AGAIN_MIN_MS
  const first = await startWorker()
  for (let n = 1; n < setup.workers; n++) await startWorker()

  cluster.on('exit', (worker: Worker, code: number | null, signal: string | null) => {
    if (stopping) return
    write(50, `worker ${worker.process.pid} ended (${signal ?? `exit code ${code}`}); another one starts`)
    again()
  })
  function again(): void {
    setTimeout(() => {
      if (stopping) return
      startWorker().then(
        () => {
          pause_ms = AGAIN_MIN_MS
        },
        (error: Error) => {
          write(50, `a worker did not start: ${error.message}`)
          pause_ms = Math.min(pause_ms * 2, AGAIN_MAX_MS)
          again()
        },
      )
    }, pause_ms)
  }
  onStop({
    gently: async () => {
      stopping = true
      await Promise.all(Object.values(cluster.workers ?? {}).map((worker) => drained(worker as Worker)))
      process.exit(EXIT.fine)
    },
    atOnce: () => {
      for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGKILL')
    },
  })
  process.stdout.write(greeting(setup, first))
  return undefined
}

function startWorker(): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = cluster.fork()
    worker.once('exit', () => reject(new Error('it ended before it listened')))
    worker.once('message', (report: Report) => {
      if ('listening' in report) resolve(report.listening)
      else {
        worker.removeAllListeners('exit')
        reject(Object.assign(new Error(report.failed.message), report.failed))
      }
    })
  })
}

function drained(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve())
    worker.send('drain')
  })
}

/** One of the processes that answer. Signals are the primary's to read: a Ctrl-C at a terminal reaches every process. */
export async function runAsWorker(setup: ServerSetup): Promise<undefined> {
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  const start = async (): Promise<RunningServer> => {
    const { startServer } = await import('@millrace/server')
    return startServer({ ...setup.config, log: { level: setup.log_level, stream: logStream() } })
  }
  const started = start()
  // Before it listens: a message that nobody hears is lost, and the primary would wait for ever for a worker that was just starting.
  process.on('message', (message) => {
    if (message !== 'drain') return
    started.then(async (running) => {
      await running.close()
      process.exit(EXIT.fine)
    }, ignoreReported)
  })
  try {
    const running = await started
    process.stdout.write(firstLogin(setup, running.first_admin_token))
    process.send?.({ listening: running.url } satisfies Report)
  } catch (error) {
    const { message, ...fields } = error as Error & { code?: string }
    process.send?.({ failed: { ...fields, message } } satisfies Report, () => process.exit(EXIT.failed))
  }
  return undefined
}

// A start that failed is told by `runAsWorker`, and ends the process.
function ignoreReported(): void {}
