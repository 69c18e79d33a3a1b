const EVERY_MS = 1000

/** Says on the terminal how far long work is, once a second; what takes less says nothing. */
export function progress(): (say: () => string) => void {
  let told_ms = performance.now()
  return (say) => {
    if (performance.now() - told_ms < EVERY_MS) return
    told_ms = performance.now()
    process.stderr.write(`${say().replace(/\p{Cc}/gu, '?')}\n`)
  }
}
