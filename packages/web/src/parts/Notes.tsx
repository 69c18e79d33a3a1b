import { refresh, sentenceOf } from '../api.ts'
import { say } from '../shell/Toasts.tsx'
import { DraftForm, useDraft } from './Draft.tsx'
import { Markdown } from './Markdown.tsx'
import { changesOf, type Owner, setTag } from './owner.ts'

const NOTE = 'mlflow.note.content'

/** The description of an experiment or a run, in Markdown; it can be edited where it stands. */
export function Notes({ text, owner }: { text: string; owner: Owner }) {
  const draft = useDraft(async (value) => {
    try {
      await setTag(owner, NOTE, value)
      await refresh(...changesOf(owner))
      return true
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
      return false
    }
  })
  if (draft.text === undefined) {
    return (
      <div className="bar beginning">
        {text !== '' && (
          <div className="grow">
            <Markdown text={text} />
          </div>
        )}
        <button type="button" className="quiet" onClick={() => draft.set(text)}>
          {text === '' ? 'Add a description' : 'Edit the description'}
        </button>
      </div>
    )
  }
  return (
    <DraftForm draft={draft}>
      <textarea
        className="grow"
        rows={5}
        aria-label="Description, in Markdown"
        value={draft.text}
        onChange={(event) => draft.set(event.target.value)}
      />
    </DraftForm>
  )
}
