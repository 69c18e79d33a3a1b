import { useEffect } from 'react'

const TYPING = 'input:not([type="checkbox"], [type="radio"]), textarea, select, dialog'
const REACHED = 'a[href], button:not(:disabled), input, select'

/** What the keys do, for people. */
export const KEYS = [
  ['/', 'search'],
  ['j k', 'next and previous row'],
  ['Enter', 'open it'],
  ['x', 'select a run'],
  ['c', 'compare the selected runs'],
  ['Ctrl K', 'jump to a page, an experiment, a model or a prompt'],
  ['?', 'show the keys'],
] as const

/** Keys of every page: `/` leads to its search, `j` and `k` from row to row of its tables and cards. A grid has its own for its rows. */
export function usePageKeys(onHelp: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      const at = event.target instanceof Element ? event.target : undefined
      if (at?.closest(TYPING)) return
      const isInGrid = at?.closest('[role="grid"]')
      if (event.key === '/') to(document.querySelector<HTMLElement>('main input[type="search"]'))
      else if (event.key === '?') onHelp()
      else if (event.key === 'j' && !isInGrid) to(neighbour(1))
      else if (event.key === 'k' && !isInGrid) to(neighbour(-1))
      else return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [onHelp])
}

function to(element: HTMLElement | null | undefined): void {
  element?.focus()
  element?.scrollIntoView({ block: 'nearest' })
}

/** What is reached first in the row after or before the one that has the focus; the first row, when none has. */
function neighbour(step: 1 | -1): HTMLElement | undefined {
  const rows = [...document.querySelectorAll('main tbody tr, main .span')]
  const reached = rows
    .map((row) => ({ row, element: row.matches(REACHED) ? (row as HTMLElement) : row.querySelector<HTMLElement>(REACHED) }))
    .filter((one): one is { row: Element; element: HTMLElement } => one.element !== null)
  const at = reached.findIndex(({ row }) => row.contains(document.activeElement))
  return reached[at === -1 ? 0 : Math.min(Math.max(at + step, 0), reached.length - 1)]?.element
}
