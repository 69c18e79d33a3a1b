import { act } from '../shell/act.ts'
import { DraftForm, useDraft } from './Draft.tsx'
import { changesOf, type Owner, rename } from './owner.ts'

/** Gives an experiment or a run another name, where its name stands. */
export function Rename({ name, owner }: { name: string; owner: Owner }) {
  const draft = useDraft(async (to) => {
    const words = { done: `It is called “${to}”.`, undo: () => rename(owner, name), changes: changesOf(owner) }
    return to === name || act(() => rename(owner, to), words)
  })
  if (draft.text === undefined) {
    return (
      <button type="button" className="quiet" onClick={() => draft.set(name)}>
        Rename
      </button>
    )
  }
  return (
    <DraftForm draft={draft} isReady={draft.text.trim() !== ''} onKeyDown={({ key }) => key === 'Escape' && draft.leave()}>
      <input autoFocus aria-label="New name" value={draft.text} onChange={(event) => draft.set(event.target.value)} />
    </DraftForm>
  )
}
