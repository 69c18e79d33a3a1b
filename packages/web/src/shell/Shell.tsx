import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useSession } from '../session.ts'
import { KeysHelp } from './KeysHelp.tsx'
import { usePageKeys } from './keys.ts'
import { Palette } from './Palette.tsx'
import { Toasts } from './Toasts.tsx'
import { applyTheme, nextTheme, theme } from './theme.ts'
import { WorkspaceChoice } from './WorkspaceChoice.tsx'

const PAGES = [
  { to: '/experiments', label: 'Experiments' },
  { to: '/models', label: 'Models' },
  { to: '/prompts', label: 'Prompts' },
  { to: '/requests', label: 'Requests' },
  { to: '/inventory', label: 'Inventory' },
  { to: '/audits', label: 'Audits' },
] as const

/** The frame of every page. */
export function Shell() {
  const [chosen, choose] = useState(theme)
  const session = useSession()
  const [palette, setPalette] = useState(false)
  const pages = useRef<HTMLElement>(null)
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname })
  useEffect(() => {
    // On a narrow screen the pages scroll: the one that is open is in sight.
    if (path) pages.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [path])
  const [help, setHelp] = useState(false)
  usePageKeys(useCallback(() => setHelp(true), []))
  return (
    <>
      <button type="button" className="skip" onClick={() => document.getElementById('content')?.focus()}>
        Skip to the content
      </button>
      <header className="top">
        <Link to="/experiments" className="brand">
          <img src="docs/assets/icon.svg" alt="" width="22" height="22" />
          Millrace
        </Link>
        <WorkspaceChoice />
        <nav aria-label="Pages" ref={pages}>
          {PAGES.map(({ to, label }) => (
            <Link key={to} to={to} activeProps={{ 'aria-current': 'page' }}>
              {label}
            </Link>
          ))}
        </nav>
        <button type="button" className="jump" onClick={() => setPalette(true)}>
          <span>Jump to…</span>
          <kbd>Ctrl K</kbd>
        </button>
        <button
          type="button"
          className="quiet"
          onClick={() => {
            const next = nextTheme(chosen)
            applyTheme(next)
            choose(next)
          }}
          aria-label={`Theme: ${chosen}. Change it`}
          title={`Theme: ${chosen}`}
        >
          {chosen === 'dark' ? '☾' : chosen === 'light' ? '☀' : '◐'}
        </button>
        {session?.is_admin && (
          <Link to="/admin/$section" params={{ section: session.username ? 'users' : 'health' }} className="quiet">
            Admin
          </Link>
        )}
        {session?.username && (
          <Link to="/account" className="quiet">
            {session.username}
          </Link>
        )}
        <a className="quiet" href="docs/api">
          API
        </a>
      </header>
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <Palette open={palette} onChange={setPalette} />
      <KeysHelp open={help} onClose={() => setHelp(false)} />
      <Toasts />
    </>
  )
}
