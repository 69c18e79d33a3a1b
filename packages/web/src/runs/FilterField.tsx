import { useEffect, useRef, useState } from 'react'
import { useApi } from '../api.ts'
import { completionsOf, valuesWanted } from './completion.ts'
import { problemIn } from './filter-problem.ts'
import type { Names } from './view.ts'

type Props = { experimentId: string; filter: string; names: Names | undefined; problem: string; onChange: (filter: string) => void }

/** The filter language, with completion of names, comparisons and known values. Enter asks; Escape takes back what was typed; `/` comes here from everywhere. */
export function FilterField({ experimentId, filter, names, problem, onChange }: Props) {
  const [typed, setTyped] = useState(filter)
  const [at, setAt] = useState(-1)
  const [open, setOpen] = useState(false)
  const [scrolled, setScrolled] = useState(0)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => setTyped(filter), [filter])
  const values = useValues(experimentId, open ? typed : '')
  const { from, items } = completionsOf(typed, names, values)
  const suggestions = open ? items : []
  const wrong = problem !== '' && typed === filter ? problemIn(filter, problem) : undefined
  const take = (name: string): void => {
    setTyped(`${typed.slice(0, from)}${name} `)
    setAt(-1)
    field.current?.focus()
  }
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, suggestions.length - 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, -1))
    else if (event.key === 'Tab' && open && suggestions[Math.max(at, 0)] && /[^\s]$/.test(typed))
      take(suggestions[Math.max(at, 0)] as string)
    else if (event.key === 'Enter') {
      const chosen = suggestions[at]
      if (chosen !== undefined) take(chosen)
      else {
        setOpen(false)
        onChange(typed.trim())
      }
    } else if (event.key === 'Escape') {
      setOpen(false)
      setTyped(filter)
    } else return
    event.preventDefault()
  }
  return (
    <div className="filter">
      <input
        ref={field}
        type="search"
        spellCheck={false}
        autoComplete="off"
        role="combobox"
        aria-label="Filter of runs"
        aria-expanded={suggestions.length > 0}
        aria-controls="filter-names"
        aria-activedescendant={at >= 0 ? `filter-name-${at}` : undefined}
        aria-invalid={problem !== ''}
        aria-describedby={problem === '' ? undefined : 'filter-problem'}
        placeholder="metrics.loss < 0.5 AND params.model = 'tree'"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value)
          setOpen(true)
          setAt(-1)
          if (event.target.value === '') onChange('')
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
        onScroll={(event) => setScrolled(event.currentTarget.scrollLeft)}
      />
      {wrong && (
        <div className="underlined" aria-hidden="true">
          <span style={{ marginLeft: -scrolled }}>
            {filter.slice(0, wrong.from)}
            {/* Where something is missing at the end, a blank is underlined. */}
            <mark>{filter.slice(wrong.from, wrong.to) || '\u00a0\u00a0'}</mark>
          </span>
        </div>
      )}
      {suggestions.length > 0 && (
        <div id="filter-names" role="listbox" aria-label="What may come here" className="suggestions">
          {suggestions.map((name, index) => (
            <div
              key={name}
              id={`filter-name-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              // Before the field loses the focus, and with it this list.
              onMouseDown={(event) => {
                event.preventDefault()
                take(name)
              }}
            >
              {name}
            </div>
          ))}
        </div>
      )}
    </div>
  )
}

const READ_MAX = 200
const VALUE_MAX = 100

/** What the newest runs have where the filter expects a value: of one param or tag, or their names. */
function useValues(experimentId: string, typed: string): readonly string[] {
  const { kind, name = '' } = valuesWanted(typed) ?? {}
  const columns = kind === 'params' || kind === 'tags' ? { [kind]: [name] } : {}
  const asked = { experiment_ids: [experimentId], ...columns, max_results: READ_MAX, text_max: VALUE_MAX }
  const rows = useApi('POST /api/2.0/millrace/runs/table', asked, { enabled: kind !== undefined }).data?.rows ?? []
  if (kind === undefined) return []
  const found = rows.map((row) => (kind === 'attributes' ? row.run_name : row[kind][0]))
  // One that was cut off is no run's value.
  return found.filter((value): value is string => typeof value === 'string' && value !== '' && value.length < VALUE_MAX)
}
