import { type ReactNode, useState } from 'react'

/** A text that is edited where it stands; undefined while nobody does. */
export type Draft = {
  readonly text: string | undefined
  /** Begins with what is there, or takes what is typed. */
  readonly set: (text: string) => void
  readonly leave: () => void
  readonly submit: (event: React.FormEvent) => Promise<void>
}

/** @param save tells whether it was saved: the field closes then, unless somebody has typed something else since */
export function useDraft(save: (text: string) => Promise<boolean>): Draft {
  const [text, set] = useState<string>()
  const submit = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    if (await save(text ?? '')) set((now) => (now === text ? undefined : now))
  }
  return { text, set, leave: () => set(undefined), submit }
}

type Props = { draft: Draft; isReady?: boolean; onKeyDown?: (event: React.KeyboardEvent) => void; children: ReactNode }

/** The field of a draft, with the ways to save and to leave it. */
export function DraftForm({ draft, isReady = true, onKeyDown, children }: Props) {
  return (
    <form className="bar" onSubmit={draft.submit} onKeyDown={onKeyDown}>
      {children}
      <button type="submit" className="main" disabled={!isReady}>
        Save
      </button>
      <button type="button" onClick={draft.leave}>
        Cancel
      </button>
    </form>
  )
}
