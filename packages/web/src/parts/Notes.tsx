import { useState } from 'react'
import { refresh, sentenceOf } from '../api.ts'
import { say } from '../shell/Toasts.tsx'
import { Markdown } from './Markdown.tsx'
import { changesOf, type Owner, setTag } from './owner.ts'

const NOTE = 'mlflow.note.content'

/** The description of an experiment or a run, in Markdown; it can be edited where it stands. */
export function Notes({ text, owner }: { text: string; owner: Owner }) {
  const [draft, setDraft] = useState<string>()
  const save = async (): Promise<void> => {
    const value = draft ?? ''
    try {
      await setTag(owner, NOTE, value)
      await refresh(...changesOf(owner))
      setDraft((now) => (now === value ? undefined : now))
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    }
  }
  if (draft === undefined) {
    return (
      <div className="bar">
        {text !== '' && (
          <div className="grow">
            <Markdown text={text} />
          </div>
        )}
        <button type="button" className="quiet" onClick={() => setDraft(text)}>
          {text === '' ? 'Add a description' : 'Edit the description'}
        </button>
      </div>
    )
  }
  return (
    <div className="bar">
      <textarea
        className="grow"
        rows={5}
        aria-label="Description, in Markdown"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
      />
      <button type="button" className="main" onClick={save}>
        Save
      </button>
      <button type="button" onClick={() => setDraft(undefined)}>
        Cancel
      </button>
    </div>
  )
}
