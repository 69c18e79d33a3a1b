import { useState } from 'react'
import { act } from '../shell/act.ts'
import { changesOf, deleteTag, type Owner, setTag } from './owner.ts'

type Tag = { readonly key: string; readonly value: string }

/** MLflow's own tags and ours say what a client or the server is told, and stand elsewhere on the page. */
const isOwn = ({ key }: Tag): boolean => !/^(?:mlflow|millrace)\./.test(key)

/** The tags that people gave an experiment or a run: put on, changed, and taken off with a way back. */
export function Tags({ tags, owner }: { tags: readonly Tag[]; owner: Owner }) {
  const [open, setOpen] = useState(false)
  const [tag, setDraft] = useState<Tag>({ key: '', value: '' })
  const changes = changesOf(owner)
  const remove = ({ key, value }: Tag): void =>
    void act(() => deleteTag(owner, key), { done: `The tag ${key} is gone.`, undo: () => setTag(owner, key, value), changes })
  const save = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    const before = tags.find(({ key }) => key === tag.key)
    const undo = () => (before ? setTag(owner, before.key, before.value) : deleteTag(owner, tag.key))
    if (!(await act(() => setTag(owner, tag.key, tag.value), { done: `It is tagged ${tag.key}.`, undo, changes }))) return
    setDraft({ key: '', value: '' })
    setOpen(false)
  }
  return (
    <div className="chips tags">
      {tags.filter(isOwn).map(({ key, value }) => (
        <span key={key} className="chip removable">
          <span title={`${key}: ${value}`}>
            <span className="faint">{key}</span> {value}
          </span>
          <button type="button" className="quiet" onClick={() => remove({ key, value })} aria-label={`Remove the tag ${key}`}>
            ×
          </button>
        </span>
      ))}
      {open ? (
        <form className="bar" onSubmit={save} onKeyDown={({ key }) => key === 'Escape' && setOpen(false)}>
          <input
            autoFocus
            aria-label="Name of the tag"
            placeholder="Name"
            value={tag.key}
            onChange={(event) => setDraft({ ...tag, key: event.target.value })}
          />
          <input
            aria-label="Value of the tag"
            placeholder="Value"
            value={tag.value}
            onChange={(event) => setDraft({ ...tag, value: event.target.value })}
          />
          <button type="submit" disabled={tag.key.trim() === ''}>
            Save
          </button>
        </form>
      ) : (
        <button type="button" className="quiet" onClick={() => setOpen(true)}>
          Add a tag
        </button>
      )}
    </div>
  )
}
