import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { SECTIONS } from '../admin/sections.ts'
import { useApi } from '../api.ts'
import { IS_PROMPT, nameFilter } from '../filters.ts'
import { useSession } from '../session.ts'

type Place = { readonly label: string; readonly hint: string; readonly go: () => void }

const SHOWN_MAX = 9
const NAMES_MAX = 200

/** Jumps to an experiment, a model or a page by typing a part of its name: Ctrl K or Cmd K, from everywhere. */
export function Palette({ open, onChange }: { open: boolean; onChange: (open: boolean) => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        onChange(true)
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [onChange])
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal()
    if (!open && dialog.current?.open) dialog.current.close()
  }, [open])
  return (
    <dialog ref={dialog} className="palette" aria-label="Jump to a page" onClose={() => onChange(false)}>
      {open && <Choices close={() => onChange(false)} />}
    </dialog>
  )
}

function Choices({ close }: { close: () => void }) {
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const places = usePlaces(typed)
  const words = typed.toLowerCase().split(/\s+/)
  const found = places
    .filter(({ label, hint }) => words.every((word) => `${hint} ${label}`.toLowerCase().includes(word)))
    .slice(0, SHOWN_MAX)
  const go = (place: Place | undefined): void => {
    if (!place) return
    close()
    place.go()
  }
  const onKey = (event: React.KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
    else if (event.key === 'Enter') go(found[at])
    else return
    event.preventDefault()
  }
  return (
    <>
      <input
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls="places"
        aria-activedescendant={found[at] ? `place-${at}` : undefined}
        aria-label="Name of an experiment, a model or a page"
        placeholder="Experiment, model or page…"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKey}
      />
      <div id="places" role="listbox" aria-label="Places" className="places">
        {found.map((place, index) => (
          <div
            key={`${place.hint} ${place.label}`}
            id={`place-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onClick={() => go(place)}
            onKeyDown={onKey}
            onMouseMove={() => setAt(index)}
          >
            <span className="name">{place.label}</span>
            <span className="faint">{place.hint}</span>
          </div>
        ))}
        {found.length === 0 && <p className="faint">Nothing has that name.</p>}
      </div>
    </>
  )
}

const PAGES = [
  { label: 'Experiments', to: '/experiments' },
  { label: 'Models', to: '/models' },
  { label: 'Prompts', to: '/prompts' },
  { label: 'Requests', to: '/requests' },
  { label: 'Rollouts', to: '/rollouts' },
  { label: 'Inventory', to: '/inventory' },
  { label: 'Audits', to: '/audits' },
] as const

const EXPERIMENTS = 'POST /api/2.0/mlflow/experiments/search'
const REGISTERED = 'GET /api/2.0/mlflow/registered-models/search'

/** The experiments that changed last; where there are more than that, those with the typed words in their names, too. */
function useExperiments(typed: string): ReadonlyMap<string, string> {
  const newest = useApi(EXPERIMENTS, { max_results: NAMES_MAX, order_by: ['last_update_time DESC'] }).data
  const enabled = typed.trim() !== '' && newest?.next_page_token !== undefined
  const named = useApi(EXPERIMENTS, { max_results: SHOWN_MAX, filter: wordsFilter(typed) }, { enabled, keep: true }).data
  const found = [...(newest?.experiments ?? []), ...(named?.experiments ?? [])]
  return new Map(found.map(({ experiment_id, name }) => [experiment_id, name]))
}

/** Models or prompts, in the same way. */
function useRegistered(typed: string, kind: string): ReadonlySet<string> {
  const some = useApi(REGISTERED, { max_results: NAMES_MAX, ...(kind !== '' && { filter: kind }) }).data
  const enabled = typed.trim() !== '' && some?.next_page_token !== undefined
  const filter = [kind, wordsFilter(typed)].filter(Boolean).join(' AND ')
  const named = useApi(REGISTERED, { max_results: SHOWN_MAX, filter }, { enabled, keep: true }).data
  return new Set([...(some?.registered_models ?? []), ...(named?.registered_models ?? [])].map(({ name }) => name))
}

const wordsFilter = (typed: string): string => typed.trim().split(/\s+/).map(nameFilter).filter(Boolean).join(' AND ')

function usePlaces(typed: string): Place[] {
  const navigate = useNavigate()
  const session = useSession()
  const experiments = useExperiments(typed)
  const models = useRegistered(typed, '')
  const prompts = useRegistered(typed, IS_PROMPT)
  return [
    ...PAGES.map(({ label, to }) => ({ label, hint: 'page', go: () => navigate({ to }) })),
    ...(session?.username ? [{ label: 'Account', hint: 'page', go: () => navigate({ to: '/account' }) }] : []),
    ...(session?.is_admin ? SECTIONS : []).map(({ name: section, label }) => ({
      label,
      hint: 'administration',
      go: () => navigate({ to: '/admin/$section', params: { section } }),
    })),
    ...[...experiments].map(([experimentId, name]) => ({
      label: name,
      hint: 'experiment',
      go: () => navigate({ to: '/experiments/$experimentId', params: { experimentId }, search: {} }),
    })),
    ...[...models].map((name) => ({
      label: name,
      hint: 'model',
      go: () => navigate({ to: '/models/$name', params: { name } }),
    })),
    ...[...prompts].map((name) => ({
      label: name,
      hint: 'prompt',
      go: () => navigate({ to: '/prompts/$name', params: { name } }),
    })),
  ]
}
