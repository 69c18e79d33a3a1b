import type { RemoteBackend } from '../backend.ts'

/** Processes of models whose place another has taken: they end once no request can be on its way to them. */
export class Leaving {
  readonly #timers = new Map<RemoteBackend, NodeJS.Timeout>()

  /** Ends a process after this time, in which every request that has found its model has ended. */
  add(backend: RemoteBackend, after_ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(backend)
      void backend.close()
    }, after_ms)
    timer.unref()
    this.#timers.set(backend, timer)
  }

  /** Ends them now: nobody asks any more. */
  async close(): Promise<void> {
    for (const [backend, timer] of this.#timers) {
      clearTimeout(timer)
      await backend.close()
    }
    this.#timers.clear()
  }
}
