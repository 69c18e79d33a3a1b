import type { Output } from '@millrace/client'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, sentenceOf, useApi } from '../api.ts'
import { count, moment } from '../format.ts'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { Menu } from '../parts/Menu.tsx'
import { saveAs } from '../parts/save.ts'
import { Time } from '../parts/Time.tsx'
import { Twice } from '../parts/Twice.tsx'
import { act } from '../shell/act.ts'
import { say } from '../shell/Toasts.tsx'
import { Findings } from './Findings.tsx'
import { Risk } from './Risk.tsx'

const ROUTE = 'GET /api/2.0/millrace/audits/{audit_id}'
type Answer = Output<typeof ROUTE>
type Audit = Answer['audit']

const LIVE_MS = 1_000
const route = getRouteApi('/audits/$auditId')

/** One audit, in the layout in which audits are published: the risk, the categories, and each finding with its evidence. */
export function AuditPage() {
  const { auditId } = route.useParams()
  const view = route.useSearch()
  const [isOpen, setOpen] = useState(true)
  const found = useApi(ROUTE, { audit_id: auditId }, { ...(isOpen && { refetch_ms: LIVE_MS }) })
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading />
  const { audit, passed, not_read, previous } = found.data
  const waits = audit.state === 'waiting' || audit.state === 'running'
  if (waits !== isOpen) setOpen(waits)
  return (
    <>
      <title>{`Audit of ${audit.name} · Millrace`}</title>
      <div className="heading">
        <h1>
          <Link to="/audits" className="crumb">
            Audits
          </Link>
          {audit.name}
        </h1>
        {audit.state === 'done' && <Actions audit={audit} />}
      </div>
      <Facts audit={audit} previous={previous} />
      {audit.state === 'failed' && (
        <Empty title="The audit failed">
          <p>{audit.problem}</p>
        </Empty>
      )}
      {waits && <Loading lines={4} />}
      {audit.state === 'done' && (
        <>
          <Findings audit={audit} view={view} hasPrevious={previous !== undefined} />
          {audit.target !== 'folder' && <Sentences title="Not looked at" of={not_read} />}
          <Sentences title="Found right" of={passed} />
          {audit.target === 'folder' && <Sentences title="Scanned as models, and not read" of={not_read} isMono />}
        </>
      )}
    </>
  )
}

function Facts({ audit, previous }: { audit: Audit; previous: Audit | undefined }) {
  const { target, files, lines, rules_version, origin, asked_by } = audit
  const looked = {
    registry: 'the registry, by its server',
    server: 'a running server',
    folder: `${count(files, 'file')}, ${count(lines, 'line')}`,
  }
  return (
    <dl className="facts made">
      <dt>Risk level</dt>
      <dd>
        <Risk audit={audit} />
      </dd>
      <dt>Categories</dt>
      <dd>
        <span className="chips">
          {audit.risk === 'SAFE' && audit.categories.length === 0 && <span className="chip good">SAFE</span>}
          {audit.categories.map((one) => (
            <span key={one} className="chip">
              {one}
            </span>
          ))}
        </span>
      </dd>
      <dt>Looked at</dt>
      <dd>{looked[target]}</dd>
      <dt>Made</dt>
      <dd>
        {moment(audit.made_ms ?? audit.asked_ms)}
        {origin === 'schedule' && ', by schedule'}
        {asked_by !== '' && `, ${origin === 'sent' ? 'sent' : 'asked for'} by ${asked_by}`}
        {rules_version !== undefined && `, rules ${rules_version}`}
      </dd>
      {previous && (
        <>
          <dt>The one before</dt>
          <dd>
            <Link to="/audits/$auditId" params={{ auditId: previous.audit_id }}>
              {previous.risk ?? previous.state}
            </Link>
            , <Time at={previous.made_ms} />
          </dd>
        </>
      )}
    </dl>
  )
}

const FORMATS = [
  { format: 'html', label: 'HTML, one page', type: 'text/html', end: 'html' },
  { format: 'markdown', label: 'Markdown', type: 'text/markdown', end: 'md' },
  { format: 'sarif', label: 'SARIF, for code hosts', type: 'application/sarif+json', end: 'sarif' },
  { format: 'json', label: 'JSON, for programs', type: 'application/json', end: 'json' },
] as const

function Actions({ audit: { audit_id, name } }: { audit: Audit }) {
  const navigate = useNavigate()
  const save = async ({ format, type, end }: (typeof FORMATS)[number]): Promise<void> => {
    try {
      const answer = await api.request(`/api/2.0/millrace/audits/${encodeURIComponent(audit_id)}/report?format=${format}`)
      saveAs(`${audit_id}.${end}`, type, await answer.blob())
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    }
  }
  const remove = async (): Promise<void> => {
    const changes = ['GET /api/2.0/millrace/audits'] as const
    if (await act(() => api.audits.delete({ audit_id }), { done: 'The audit is deleted.', changes })) await navigate({ to: '/audits' })
  }
  return (
    <>
      <Menu label="Export">
        <div className="stack">
          {FORMATS.map((one) => (
            <button key={one.format} type="button" onClick={() => save(one)}>
              {one.label}
            </button>
          ))}
        </div>
      </Menu>
      <Twice label="Delete" about={`the audit of ${name}`} onSure={remove} />
    </>
  )
}

function Sentences({ title, of, isMono = false }: { title: string; of: readonly string[]; isMono?: boolean }) {
  if (of.length === 0) return null
  return (
    <section className="panel spaced">
      <h2>{title}</h2>
      <ul className="sentences">
        {of.map((one) => (
          <li key={one} className={isMono ? 'mono' : ''}>
            {one}
          </li>
        ))}
      </ul>
    </section>
  )
}
