import { useSyncExternalStore } from 'react'

type Toast = { readonly id: number; readonly text: string; readonly undo?: (() => void) | undefined; readonly isProblem: boolean }

const SHOWN_MS = 7_000
let toasts: readonly Toast[] = []
let next = 1
const listeners = new Set<() => void>()

function change(to: readonly Toast[]): void {
  toasts = to
  for (const tell of listeners) tell()
}

/** Says what was done, for a few seconds; with a way back where there is one. */
export function say(text: string, options: { undo?: () => void; isProblem?: boolean } = {}): void {
  const toast = { id: next++, text, undo: options.undo, isProblem: options.isProblem ?? false }
  change([...toasts.slice(-3), toast])
  setTimeout(() => change(toasts.filter(({ id }) => id !== toast.id)), SHOWN_MS)
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => toasts,
  )
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, undo, isProblem }) => (
        <div key={id} className={isProblem ? 'toast problem' : 'toast'}>
          <span>{text}</span>
          {undo && (
            <button
              type="button"
              onClick={() => {
                undo()
                change(toasts.filter((one) => one.id !== id))
              }}
            >
              Undo
            </button>
          )}
        </div>
      ))}
    </div>
  )
}
