import { useState } from 'react'
import { act } from '../shell/act.ts'
import { changesOf, type Owner, rename } from './owner.ts'

/** Gives an experiment or a run another name, where its name stands. */
export function Rename({ name, owner }: { name: string; owner: Owner }) {
  const [draft, setDraft] = useState<string>()
  if (draft === undefined) {
    return (
      <button type="button" className="quiet" onClick={() => setDraft(name)}>
        Rename
      </button>
    )
  }
  const save = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    const words = { done: `It is called “${draft}”.`, undo: () => rename(owner, name), changes: changesOf(owner) }
    if (draft === name || (await act(() => rename(owner, draft), words))) setDraft((now) => (now === draft ? undefined : now))
  }
  return (
    <form className="bar" onSubmit={save} onKeyDown={({ key }) => key === 'Escape' && setDraft(undefined)}>
      <input autoFocus aria-label="New name" value={draft} onChange={(event) => setDraft(event.target.value)} />
      <button type="submit" className="main" disabled={draft.trim() === ''}>
        Save
      </button>
      <button type="button" onClick={() => setDraft(undefined)}>
        Cancel
      </button>
    </form>
  )
}
