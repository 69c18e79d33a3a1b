import { useEffect, useRef } from 'react'
import { KEYS } from './keys.ts'

/** What the keys do. */
export function KeysHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal()
  }, [open])
  return (
    <dialog ref={dialog} className="palette keys" aria-label="Keys" onClose={onClose}>
      {open && (
        <>
          <h2>Keys</h2>
          <dl className="facts">
            {KEYS.map(([key, does]) => (
              <div key={key} className="pair">
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </>
      )}
    </dialog>
  )
}
