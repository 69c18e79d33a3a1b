import type { Output } from '@millrace/client'
import { useNavigate } from '@tanstack/react-router'
import { useApi } from '../api.ts'
import { Choice } from '../parts/Choice.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { Search } from '../parts/Search.tsx'
import { usePages } from '../parts/use-pages.ts'
import { FindingGroup } from './FindingGroup.tsx'
import { type Finding, groupsOf } from './groups.ts'
import { SHOWS, type Show, type View, WEIGHTS } from './view.ts'

type Audit = Output<'GET /api/2.0/millrace/audits/{audit_id}'>['audit']
type Compared = Output<'GET /api/2.0/millrace/audits/{audit_id}/comparison'>
type Props = { readonly audit: Audit; readonly view: View; readonly hasPrevious: boolean }

const PAGE = 500
const LISTED_MAX = 1_000
const LABEL: Record<Show, string> = { open: 'open', new: 'new since the one before', gone: 'gone since', allowed: 'judged before' }

/** The findings of an audit, by what is to be seen of them; those that are new and gone since the audit before. */
export function Findings({ audit, view, hasPrevious }: Props) {
  const compared = useApi('GET /api/2.0/millrace/audits/{audit_id}/comparison', { audit_id: audit.audit_id }, { enabled: hasPrevious }).data
  const show = view.show ?? 'open'
  return (
    <section>
      <h2 className="spaced">Full analysis</h2>
      <Filters audit={audit} view={view} compared={compared} />
      {show === 'open' || show === 'allowed' ? (
        <Listed audit={audit} view={view} compared={compared} />
      ) : (
        <Difference findings={compared?.[show] ?? []} total={compared?.[`${show}_count`] ?? 0} view={view} show={show} />
      )}
    </section>
  )
}

function Filters({ audit, view, compared }: { audit: Audit; view: View; compared: Compared | undefined }) {
  const navigate = useNavigate()
  const change = (to: View): void =>
    void navigate({
      to: '/audits/$auditId',
      params: { auditId: audit.audit_id },
      search: { ...view, ...to },
      replace: true,
      resetScroll: false,
    })
  const open = WEIGHTS.reduce((sum, weight) => sum + audit.counts[weight], 0)
  const counts: Record<Show, number | undefined> = {
    open,
    new: compared?.with && compared.new_count,
    gone: compared?.with && compared.gone_count,
    allowed: audit.allowed > 0 ? audit.allowed : undefined,
  }
  const shown = SHOWS.filter((one) => counts[one] !== undefined)
  const options = Object.fromEntries(shown.map((one) => [one, `${LABEL[one]} ${counts[one]?.toLocaleString('en-GB')}`])) as Record<
    Show,
    string
  >
  return (
    <div className="bar">
      <Choice
        legend="Which findings"
        options={options}
        value={view.show ?? 'open'}
        onChange={(show) => change({ show: show === 'open' ? undefined : show })}
      />
      <select
        aria-label="Weight"
        value={view.weight ?? ''}
        onChange={(event) => change({ weight: WEIGHTS.find((one) => one === event.target.value) })}
      >
        <option value="">every weight</option>
        {WEIGHTS.map((weight) => (
          <option key={weight} value={weight}>
            {weight}
          </option>
        ))}
      </select>
      <select aria-label="Category" value={view.category ?? ''} onChange={(event) => change({ category: event.target.value || undefined })}>
        <option value="">every category</option>
        {audit.categories.map((category) => (
          <option key={category} value={category}>
            {category}
          </option>
        ))}
      </select>
      <Search
        label="Search findings"
        placeholder="Part of a file, a rule or the evidence"
        value={view.search ?? ''}
        onChange={(search) => change({ search: search === '' ? undefined : search })}
      />
    </div>
  )
}

function Listed({ audit, view, compared }: { audit: Audit; view: View; compared: Compared | undefined }) {
  const { weight, category, search, show } = view
  const asked = {
    audit_id: audit.audit_id,
    max_results: PAGE,
    ...(weight && { weight }),
    ...(category && { category: category as Finding['category'] }),
    ...(search && { search }),
    ...(show === 'allowed' && { allowed: true }),
  }
  const pages = usePages('GET /api/2.0/millrace/audits/{audit_id}/findings', asked, ({ findings }) => findings)
  if (pages.error) return <Problem error={pages.error} retry={pages.retry} />
  if (pages.isPending) return <Loading />
  const isFiltered = weight !== undefined || category !== undefined || search !== undefined
  const added = new Set(compared?.with ? compared.new.map(({ fingerprint }) => fingerprint) : [])
  return (
    <>
      <Groups findings={pages.items} none={isFiltered ? 'Nothing is found by this filter.' : 'Nothing is open.'} added={added} />
      <More pages={pages} noun="finding" />
    </>
  )
}

const NONE = new Set<string>()

type DifferenceProps = { findings: readonly Finding[]; total: number; view: View; show: 'new' | 'gone' }

function Difference({ findings, total, view: { weight, category, search }, show }: DifferenceProps) {
  const wanted = search?.toLowerCase()
  const fits = (one: Finding): boolean =>
    (weight === undefined || one.weight === weight) &&
    (category === undefined || one.category === category) &&
    (wanted === undefined || JSON.stringify(one).toLowerCase().includes(wanted))
  return (
    <>
      <Groups findings={findings.filter(fits)} none={`Nothing is ${show} since the audit before.`} added={NONE} />
      {total > LISTED_MAX && (
        <p className="faint">
          The first {LISTED_MAX.toLocaleString('en-GB')} of {total.toLocaleString('en-GB')} are shown.
        </p>
      )}
    </>
  )
}

function Groups({ findings, none, added }: { findings: readonly Finding[]; none: string; added: ReadonlySet<string> }) {
  if (findings.length === 0) return <p className="faint">{none}</p>
  return (
    <div className="stack">
      {groupsOf(findings).map((group) => (
        <FindingGroup key={group.key} group={group} added={added} />
      ))}
    </div>
  )
}
