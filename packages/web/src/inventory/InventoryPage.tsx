import { getRouteApi, Link } from '@tanstack/react-router'
import { FoundFiles } from './FoundFiles.tsx'
import { Unapproved } from './Unapproved.tsx'
import { Unregistered } from './Unregistered.tsx'
import { TABS, type Tab } from './view.ts'

const LABEL: Record<Tab, string> = {
  files: 'Found elsewhere',
  unregistered: 'Logged, never registered',
  unapproved: 'In use, something missing',
}

const route = getRouteApi('/inventory')

/** Models that the registry does not protect: found on disks and servers, logged and forgotten, or in use without approval. */
export function InventoryPage() {
  const view = route.useSearch()
  const tab = view.tab ?? 'files'
  return (
    <>
      <title>Inventory · Millrace</title>
      <div className="heading">
        <h1>Inventory</h1>
      </div>
      <nav className="tabs" aria-label="Parts of the inventory">
        {TABS.map((one) => (
          <Link
            key={one}
            to="/inventory"
            search={one === 'files' ? {} : { tab: one }}
            activeOptions={{ exact: true, includeSearch: true }}
            {...(one === tab && { 'aria-current': 'page' as const })}
          >
            {LABEL[one]}
          </Link>
        ))}
      </nav>
      {tab === 'files' && <FoundFiles view={view} />}
      {tab === 'unregistered' && <Unregistered />}
      {tab === 'unapproved' && <Unapproved />}
    </>
  )
}
