import { useState } from 'react'
import { api, refresh, sentenceOf } from '../api.ts'
import { say } from '../shell/Toasts.tsx'
import { Markdown } from './Markdown.tsx'

const NOTE = 'mlflow.note.content'

type About = { experiment_id: string } | { run_id: string }

/** The description of an experiment or a run, in Markdown; it can be edited where it stands. */
export function Notes({ text, about }: { text: string; about: About }) {
  const [draft, setDraft] = useState<string>()
  const save = async (): Promise<void> => {
    const value = draft ?? ''
    try {
      if ('run_id' in about) {
        await api.call('POST /api/2.0/mlflow/runs/set-tag', { run_id: about.run_id, key: NOTE, value })
        await refresh('GET /api/2.0/mlflow/runs/get')
      } else {
        await api.experiments.setExperimentTag({ experiment_id: about.experiment_id, key: NOTE, value })
        await refresh('GET /api/2.0/mlflow/experiments/get')
      }
      setDraft(undefined)
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
