import { EXIT } from './command.ts'

/** A second signal within this time is the first one once more: npm hands on a Ctrl-C that the terminal has sent already. */
const SAME_SIGNAL_MS = 500

/** The first Ctrl-C or SIGTERM ends the work gently; a later Ctrl-C ends the process at once. */
export function onStop({ gently, atOnce }: { gently: () => Promise<void>; atOnce?: () => void }): void {
  let stopping_since: number | undefined
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping_since === undefined) {
      stopping_since = Date.now()
      if (process.stderr.isTTY) process.stderr.write('\nStopping: requests that have begun are answered first. Ctrl-C again cuts them.\n')
      gently().catch((error: Error) => {
        process.stderr.write(`millrace: stopping failed: ${error.message}\n`)
        process.exit(EXIT.failed)
      })
    } else if (signal === 'SIGINT' && Date.now() - stopping_since > SAME_SIGNAL_MS) {
      atOnce?.()
      process.exit(EXIT.forced)
    }
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}
