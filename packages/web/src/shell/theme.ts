export type Theme = 'system' | 'light' | 'dark'

const NAME = 'millrace.theme'

export function theme(): Theme {
  const kept = localStorage.getItem(NAME)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

/** Shows the page in the theme that was chosen; the system's, unless one was. */
export function applyTheme(chosen: Theme = theme()): void {
  if (chosen === 'system') localStorage.removeItem(NAME)
  else localStorage.setItem(NAME, chosen)
  document.documentElement.style.colorScheme = chosen === 'system' ? 'light dark' : chosen
}

export const nextTheme = (now: Theme): Theme => (now === 'system' ? 'dark' : now === 'dark' ? 'light' : 'system')
