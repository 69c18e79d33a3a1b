import type { Output } from '@millrace/client'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, refresh, sentenceOf } from '../api.ts'
import { Code } from '../parts/Copy.tsx'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { Search } from '../parts/Search.tsx'
import { type Column, Table } from '../parts/Table.tsx'
import { Time } from '../parts/Time.tsx'
import { usePages } from '../parts/use-pages.ts'
import { useSession } from '../session.ts'
import { say } from '../shell/Toasts.tsx'
import { Risk } from './Risk.tsx'
import { WEIGHTS } from './view.ts'

const ROUTE = 'GET /api/2.0/millrace/audits'
type Audit = Output<typeof ROUTE>['audits'][number]
type Target = Audit['target']

const PAGE_MAX = 200
const LIVE_MS = 2_000
const TARGETS: readonly Target[] = ['registry', 'folder', 'server']
const COUNTED = WEIGHTS.slice(0, 4)
const COLUMNS: readonly Column[] = [
  'Audited',
  'Risk',
  ...COUNTED.map((weight) => ({ title: `${weight.slice(0, 1).toUpperCase()}${weight.slice(1)}`, look: 'number' as const })),
  'When',
  'By',
]
const ORIGIN: Record<Audit['origin'], string> = { schedule: 'by schedule', request: 'asked for', sent: 'sent' }

/** The audits that are kept: of the registry, and of what was audited elsewhere. */
export function AuditsPage() {
  const [target, setTarget] = useState<'' | Target>('')
  const [typed, setTyped] = useState('')
  const [isOpen, setOpen] = useState(false)
  const name = typed.trim()
  const asked = { max_results: PAGE_MAX, ...(target !== '' && { target }), ...(name !== '' && { name }) }
  // One that is being made is looked for again until it is done.
  const pages = usePages(ROUTE, asked, (of) => of.audits, { ...(isOpen && { refetch_ms: LIVE_MS }) })
  const audits = pages.items
  const waits = audits.some(({ state }) => state === 'waiting' || state === 'running')
  if (pages.first && waits !== isOpen) setOpen(waits)
  const isFiltered = target !== '' || name !== ''
  return (
    <>
      <title>Audits · Millrace</title>
      <div className="heading">
        <h1>Audits</h1>
        <AuditNow />
      </div>
      {(audits.length > 0 || isFiltered) && (
        <div className="bar">
          <select aria-label="What was audited" value={target} onChange={(event) => setTarget(event.target.value as typeof target)}>
            <option value="">everything</option>
            {TARGETS.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
          <Search label="Search audits by name" placeholder="Part of the name of what was audited" value={typed} onChange={setTyped} />
        </div>
      )}
      {pages.error && <Problem error={pages.error} retry={pages.retry} />}
      {pages.isPending && <Loading />}
      {pages.first && audits.length === 0 && (isFiltered ? <p className="faint">No audit is like that.</p> : <NoAudits />)}
      {audits.length > 0 && (
        <Table label="Audits" columns={COLUMNS}>
          {audits.map((audit) => (
            <Row key={audit.audit_id} audit={audit} />
          ))}
        </Table>
      )}
      <More pages={pages} noun="audit" />
    </>
  )
}

function Row({ audit }: { audit: Audit }) {
  return (
    <tr>
      <td className="wide">
        <Link to="/audits/$auditId" params={{ auditId: audit.audit_id }} title={audit.name}>
          {audit.name}
        </Link>{' '}
        {audit.target !== 'registry' && <span className="chip">{audit.target}</span>}
      </td>
      <td>
        <Risk audit={audit} />
      </td>
      {COUNTED.map((weight) => (
        <td key={weight} className={audit.counts[weight] > 0 && (weight === 'critical' || weight === 'high') ? 'number bad' : 'number'}>
          {audit.state === 'done' && audit.counts[weight].toLocaleString('en-GB')}
        </td>
      ))}
      <td>
        <Time at={audit.made_ms ?? audit.asked_ms} />
      </td>
      <td title={audit.asked_by}>
        {ORIGIN[audit.origin]}
        {audit.asked_by !== '' && ` by ${audit.asked_by}`}
      </td>
    </tr>
  )
}

/** For those who may: has the server audit its registry, and goes there. */
function AuditNow() {
  const session = useSession()
  const navigate = useNavigate()
  if (!session?.is_admin) return null
  const run = async (): Promise<void> => {
    try {
      const { audit } = await api.audits.run({})
      await refresh(ROUTE)
      await navigate({ to: '/audits/$auditId', params: { auditId: audit.audit_id } })
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    }
  }
  return (
    <button type="button" className="main" onClick={run}>
      Audit the registry now
    </button>
  )
}

function NoAudits() {
  const url = api.options.url
  return (
    <Empty title="No audit is kept here yet">
      <p>
        The server audits its registry once a day, as soon as something is registered: what production points to without a scan, a signature
        or an approval, what comes from outside, and what no rule protects. Audits of code and of other servers can be kept here, too:
      </p>
      <Code text={`millrace audit . --keep --tracking-uri ${url}`} />
      <Code text={`millrace audit http://mlflow:5000 --keep --tracking-uri ${url}`} />
      <p className="faint">You see the audits that you sent; admins see all.</p>
    </Empty>
  )
}
