import { getRouteApi, Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import { Empty } from '../parts/Empty.tsx'
import { useSession } from '../session.ts'
import { NothingHere } from '../shell/Problems.tsx'
import { Alerts } from './Alerts.tsx'
import { AuditLog } from './AuditLog.tsx'
import { Groups } from './Groups.tsx'
import { Health } from './Health.tsx'
import { Quotas } from './Quotas.tsx'
import { Roles } from './Roles.tsx'
import { Storage } from './Storage.tsx'
import { SECTIONS } from './sections.ts'
import { Tokens } from './Tokens.tsx'
import { Users } from './Users.tsx'
import { Webhooks } from './Webhooks.tsx'
import { Workspaces } from './Workspaces.tsx'
import './admin.css'

const route = getRouteApi('/admin/$section')

const PARTS: Record<string, () => ReactNode> = {
  users: Users,
  groups: Groups,
  roles: Roles,
  tokens: Tokens,
  workspaces: Workspaces,
  audit: AuditLog,
  alerts: Alerts,
  webhooks: Webhooks,
  quotas: Quotas,
  storage: Storage,
  health: Health,
}

/** What an administrator looks after, each part at an address of its own. */
export function AdminPage() {
  const { section } = route.useParams()
  const session = useSession()
  const tabs = useRef<HTMLElement>(null)
  useEffect(() => {
    // On a narrow screen the tabs scroll: the one that is open is in sight.
    tabs.current?.querySelector(`[href$="/admin/${CSS.escape(section)}"]`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [section])
  const found = SECTIONS.find(({ name }) => name === section)
  const Part = PARTS[section]
  if (!found || !Part) return <NothingHere />
  if (session && !session.is_admin) {
    return (
      <Empty page title="Administration is for admins">
        <p>You are signed in as {session.username}. Ask an admin to make you one, or to do what you need.</p>
      </Empty>
    )
  }
  return (
    <div className="admin">
      <title>{`${found.label} · Millrace`}</title>
      <div className="heading">
        <h1>Administration</h1>
      </div>
      <nav ref={tabs} className="tabs" aria-label="Parts of the administration">
        {SECTIONS.map(({ name, label }) => (
          <Link key={name} to="/admin/$section" params={{ section: name }} activeProps={{ 'aria-current': 'page' }}>
            {label}
          </Link>
        ))}
      </nav>
      {found.needs_login && session?.username === '' ? <NoLogin label={found.label} /> : <Part />}
    </div>
  )
}

function NoLogin({ label }: { label: string }) {
  return (
    <Empty title="This server has no login">
      <p>
        Whoever reaches it is its owner, so there are no {label.toLowerCase()} to look after. Start it with{' '}
        <code>millrace server --auth</code> to have accounts, groups, roles and tokens.
      </p>
    </Empty>
  )
}
