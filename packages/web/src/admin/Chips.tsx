import { useId, useState } from 'react'

type Item = { readonly key: string; readonly label: string }
type Props = {
  items: readonly Item[]
  /** What is said where there are none. */
  none: string
  remove: (key: string) => unknown
  choices: readonly Item[]
  add: (key: string) => unknown
  /** What each is, for those who don't see where it stands: "a member of red". */
  what: string
  /** How many there are in all, where not all are given. */
  total?: number
  /** Told what is typed, where items and choices are looked for by it. */
  onType?: (typed: string) => void
}

/** Things that can be taken out of a set and put into it; many choices are found by typing. */
export function Chips({ items, none, remove, choices, add, what, total = items.length, onType }: Props) {
  const [typed, setTyped] = useState('')
  const list = useId()
  const chosen = choices.find(({ label }) => label === typed)
  const type = (text: string): void => {
    setTyped(text)
    onType?.(text)
  }
  const submit = (event: React.FormEvent): void => {
    event.preventDefault()
    if (!chosen) return
    type('')
    add(chosen.key)
  }
  return (
    <div className="chips set">
      {items.length === 0 && <span className="faint">{typed === '' || !onType ? none : 'nobody of that name'}</span>}
      {items.map(({ key, label }) => (
        <span key={key} className="chip removable">
          <span title={label}>{label}</span>
          <button type="button" className="quiet" onClick={() => remove(key)} aria-label={`Remove ${label}: ${what}`}>
            ×
          </button>
        </span>
      ))}
      {total > items.length && (
        <span className="faint">and {(total - items.length).toLocaleString('en-GB')} more: type a part of a name</span>
      )}
      {(choices.length > 0 || onType) && (
        <form onSubmit={submit}>
          <input list={list} aria-label={`Add ${what}`} placeholder="Add…" value={typed} onChange={(event) => type(event.target.value)} />
          <datalist id={list}>
            {choices.map(({ key, label }) => (
              <option key={key} value={label} />
            ))}
          </datalist>
          <button type="submit" disabled={!chosen}>
            Add
          </button>
        </form>
      )}
    </div>
  )
}
