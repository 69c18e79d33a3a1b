import type { Output } from '@millrace/client'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, useApi } from '../api.ts'
import { count, moment } from '../format.ts'
import { Choice } from '../parts/Choice.tsx'
import { Code } from '../parts/Copy.tsx'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { Search } from '../parts/Search.tsx'
import { Twice } from '../parts/Twice.tsx'
import { usePages } from '../parts/use-pages.ts'
import { act } from '../shell/act.ts'
import { ExportMenu } from './ExportMenu.tsx'
import { allModels } from './found-models.ts'
import { ModelsGrid } from './ModelsGrid.tsx'
import { STATUSES, type Status, type View } from './view.ts'

type Report = Output<'GET /api/2.0/millrace/inventory/reports'>['inventories'][number]

const REPORTS_MAX = 200
const ROUTE = 'GET /api/2.0/millrace/inventory/reports'
const ONE = 'GET /api/2.0/millrace/inventory/reports/{report_id}'

/** What inventories found outside the registry: one inventory at a time, the newest unless said. */
export function FoundFiles({ view }: { view: View }) {
  const pages = usePages(ROUTE, { max_results: REPORTS_MAX }, (of) => of.inventories)
  // One that the address names may be older than those that are listed.
  const isListed = view.report === undefined || pages.items.some(({ report_id }) => report_id === view.report)
  const older = useApi(ONE, { report_id: view.report ?? '' }, { enabled: pages.hasMore && !isListed }).data?.inventory
  const navigate = useNavigate()
  if (pages.error) return <Problem error={pages.error} retry={pages.retry} />
  if (pages.isPending) return <Loading />
  const reports = older && !isListed ? [...pages.items, older] : pages.items
  const [newest] = reports
  if (!newest) return <NoInventory />
  const report = reports.find(({ report_id }) => report_id === view.report) ?? newest
  const show = (change: View): void =>
    void navigate({ to: '/inventory', search: { ...view, ...change }, replace: true, resetScroll: false })
  return (
    <>
      <div className="bar">
        <select
          className="grow"
          aria-label="Which inventory"
          value={report.report_id}
          onChange={(event) => void navigate({ to: '/inventory', search: { report: event.target.value } })}
        >
          {reports.map((one) => (
            <option key={one.report_id} value={one.report_id}>
              {one.name} · {moment(one.made_ms)}
            </option>
          ))}
        </select>
        <Actions report={report} view={view} />
      </div>
      <More pages={pages} noun="report" />
      <p className="faint">
        {count(report.looked_at, 'file')} looked at{report.kept_by !== '' && ` by ${report.kept_by}`}, {moment(report.made_ms)}.
        {report.not_read > 0 && <NotRead report={report} />}
      </p>
      <Filters report={report} view={view} show={show} />
      <ModelsGrid key={report.report_id} reportId={report.report_id} view={view} setOrder={(order) => show({ order })} />
    </>
  )
}

function Filters({ report, view, show }: { report: Report; view: View; show: (change: View) => void }) {
  const all = STATUSES.reduce((sum, status) => sum + report.counts[status], 0)
  const counted = STATUSES.map((status) => [status, `${status} ${report.counts[status].toLocaleString('en-GB')}`])
  const options = { all: `all ${all.toLocaleString('en-GB')}`, ...Object.fromEntries(counted) } as Record<'all' | Status, string>
  return (
    <div className="bar">
      <Choice
        legend="Verdict"
        options={options}
        value={view.status ?? 'all'}
        onChange={(chosen) => show({ status: chosen === 'all' ? undefined : chosen })}
      />
      <Search
        label="Search the inventory"
        placeholder="Part of a path, an owner, a version or a digest"
        value={view.search ?? ''}
        onChange={(search) => show({ search: search === '' ? undefined : search })}
      />
    </div>
  )
}

// As `millrace inventory --csv` has them.
const COLUMNS = ['status', 'where', 'kind', 'bytes', 'owner', 'sha256', 'versions', 'known_in', 'scan', 'findings'] as const

function Actions({ report: { report_id, name }, view }: { report: Report; view: View }) {
  const navigate = useNavigate()
  const remove = async (): Promise<void> => {
    const done = await act(() => api.inventories.delete({ report_id }), { done: 'The inventory is deleted.', changes: [ROUTE] })
    if (done) await navigate({ to: '/inventory', search: {} })
  }
  return (
    <>
      <ExportMenu name={report_id} columns={COLUMNS} all={() => allModels(report_id, view)} />
      <Twice label="Delete" about={`the inventory of ${name}`} onSure={remove} />
    </>
  )
}

function NotRead({ report }: { report: Report }) {
  const [open, setOpen] = useState(false)
  const found = useApi(ONE, { report_id: report.report_id }, { enabled: open })
  return (
    <>
      {' '}
      <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
        {count(report.not_read, 'file')} could not be read.
      </button>
      {open && found.data && (
        <span className="lines">
          {found.data.not_read.map(({ where, why }) => (
            <span key={where} className="mono">
              {where}: {why}
            </span>
          ))}
        </span>
      )}
    </>
  )
}

function NoInventory() {
  const url = api.options.url
  return (
    <Empty title="No inventory is kept here yet">
      <p>
        A registry protects what is in it. An inventory finds what is not: model files on disks, in buckets and repositories, and versions
        on other MLflow servers, each compared by digest with what is registered here. Run it where the models are:
      </p>
      <Code text={`millrace inventory /srv/models ~/work --server ${url} --keep`} />
      <p>A bucket, or another server:</p>
      <Code text={`millrace inventory s3://models --server ${url} --keep`} />
      <Code text={`millrace inventory --tracking-uri http://mlflow:5000 --server ${url} --keep`} />
      <p className="faint">Digests and paths are sent, and no contents. You see the inventories that you sent; admins see all.</p>
    </Empty>
  )
}
