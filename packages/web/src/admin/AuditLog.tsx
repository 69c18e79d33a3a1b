import type { Output } from '@millrace/client'
import { useState } from 'react'
import { api, sentenceOf, useApi } from '../api.ts'
import { moment } from '../format.ts'
import { csvOf } from '../parts/csv.ts'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { saveAs } from '../parts/save.ts'
import { Table } from '../parts/Table.tsx'
import { usePages } from '../parts/use-pages.ts'
import { say } from '../shell/Toasts.tsx'
import { type Asked, AuditFilter, shortAction } from './AuditFilter.tsx'

const LOG = 'GET /api/2.0/millrace/audit-log'
const PAGE_MAX = 100
const EXPORTED_MAX = 100_000

type Entry = Output<typeof LOG>['entries'][number]

/** Who did what, and whether nobody has changed the record since. */
export function AuditLog() {
  const [asked, ask] = useState<Asked>({})
  const pages = usePages(LOG, { ...asked, max_results: PAGE_MAX }, (answer) => answer.entries)
  const { items: entries, isPending, error } = pages
  const isFiltered = Object.keys(asked).length > 0
  return (
    <>
      <Chain />
      <AuditFilter seen={entries} onAsk={ask} />
      {error && <Problem error={error} retry={pages.retry} />}
      {isPending && <Loading />}
      {!isPending && !error && entries.length === 0 && isFiltered && <p className="faint">No entry is found by this filter.</p>}
      {!isPending && !error && entries.length === 0 && !isFiltered && (
        <Empty title="Nothing is on record yet">
          <p>Every change, every sign-in, every denied request and every download is put on record, where people sign in (--auth).</p>
          <p className="faint">Without login, --audit-log keeps it too; then it tells what was done, and from where.</p>
        </Empty>
      )}
      {entries.length > 0 && <Entries entries={entries} />}
      <More pages={pages} noun="record" />
      <div className="bar spaced">{entries.length > 0 && <Export asked={asked} />}</div>
    </>
  )
}

function Chain() {
  const found = useApi('GET /api/2.0/millrace/audit-log/verification', {})
  if (found.isError) return <p className="bad">The chain could not be verified: {sentenceOf(found.error)}</p>
  if (!found.data) return <p className="faint">The chain is being verified…</p>
  const { whole, entries, problems, head, signatures_checked, waiting } = found.data
  if (entries === 0 && whole) return null
  return (
    <section className="chain" aria-label="Verification">
      <p className={whole ? 'status good' : 'status bad'}>
        {whole ? `✓ The chain of ${entries.toLocaleString('en-GB')} entries is whole` : '✕ The record was changed'}
        {whole && (signatures_checked ? ', signatures included.' : '.')}
      </p>
      {problems.map((problem) => (
        <p key={problem} className="bad">
          {problem}
        </p>
      ))}
      <p className="faint note">
        {waiting > 0 && `Those of the last second (${waiting}) wait to be linked. `}
        Keep the last hash elsewhere, and it proves later what was here: <code className="hash">{head}</code>
      </p>
    </section>
  )
}

function Entries({ entries }: { entries: readonly Entry[] }) {
  const [open, setOpen] = useState<number>()
  return (
    <Table label="Audit log" columns={['When', 'Who', 'What', 'On', 'Outcome', 'From']}>
      {entries.map((entry) => [
        <tr key={entry.seq} aria-selected={entry.seq === open}>
          <td>
            <button
              type="button"
              className="link"
              aria-expanded={entry.seq === open}
              onClick={() => setOpen(entry.seq === open ? undefined : entry.seq)}
              title={`Entry ${entry.seq}`}
            >
              {moment(entry.timestamp)}
            </button>
          </td>
          <td className="wide" title={entry.user}>
            {entry.user || <span className="faint">–</span>}
          </td>
          <td className="wide mono" title={entry.action}>
            {shortAction(entry.action)}
            {entry.requests > 1 && <span className="faint"> × {entry.requests}</span>}
          </td>
          <td className="wide" title={entry.resource}>
            {[entry.kind.replaceAll('_', ' '), entry.resource].filter(Boolean).join(' ')}
          </td>
          <td className={entry.outcome === 'done' ? '' : 'bad'}>{entry.outcome}</td>
          <td className="mono">{entry.address}</td>
        </tr>,
        entry.seq === open && (
          <tr key={`${entry.seq} details`}>
            <td colSpan={6}>
              <Details entry={entry} />
            </td>
          </tr>
        ),
      ])}
    </Table>
  )
}

function Details({ entry }: { entry: Entry }) {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Entry', String(entry.seq)],
    ['Route', entry.action],
    ['Until', entry.until === undefined ? undefined : moment(entry.until)],
    ['Account', entry.user_id === 0 ? undefined : String(entry.user_id)],
    ['Workspace', entry.workspace],
    ['Details', entry.detail],
    ['Hash', entry.hash],
  ]
  return (
    <dl className="facts details">
      {facts.map(([name, value]) =>
        value ? (
          <div key={name} className="pair">
            <dt>{name}</dt>
            <dd className="mono">{value}</dd>
          </div>
        ) : null,
      )}
    </dl>
  )
}

const COLUMNS = [
  'seq',
  'timestamp',
  'user',
  'address',
  'action',
  'kind',
  'resource',
  'workspace',
  'outcome',
  'requests',
  'detail',
  'hash',
] as const

function Export({ asked }: { asked: Asked }) {
  const [at, setAt] = useState<number>()
  const take = async (kind: 'csv' | 'jsonl'): Promise<void> => {
    const entries: Entry[] = []
    setAt(0)
    try {
      for await (const entry of api.auditLog.search({ ...asked, max_results: 1_000 })) {
        entries.push(entry)
        if (entries.length % 1_000 === 0) setAt(entries.length)
        if (entries.length === EXPORTED_MAX) break
      }
      if (kind === 'jsonl') saveAs('audit-log.jsonl', 'application/x-ndjson', entries.map((one) => `${JSON.stringify(one)}\n`).join(''))
      else
        saveAs(
          'audit-log.csv',
          'text/csv',
          csvOf(
            COLUMNS,
            entries.map((one) => COLUMNS.map((name) => one[name] ?? '')),
          ),
        )
      say(
        `${entries.length.toLocaleString('en-GB')} entries are in the file${entries.length === EXPORTED_MAX ? ': narrow the filter for others' : ''}.`,
      )
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    } finally {
      setAt(undefined)
    }
  }
  if (at !== undefined) return <span className="faint">{at.toLocaleString('en-GB')} entries so far…</span>
  return (
    <>
      <button type="button" onClick={() => void take('csv')}>
        Export as CSV
      </button>
      <button type="button" onClick={() => void take('jsonl')}>
        Export as JSON Lines
      </button>
    </>
  )
}
