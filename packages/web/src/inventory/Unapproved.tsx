import type { Output } from '@millrace/client'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api.ts'
import { count } from '../format.ts'
import { Choice } from '../parts/Choice.tsx'
import { Code } from '../parts/Copy.tsx'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { Search } from '../parts/Search.tsx'
import { Table } from '../parts/Table.tsx'
import { Time } from '../parts/Time.tsx'
import { usePages } from '../parts/use-pages.ts'
import { ExportMenu } from './ExportMenu.tsx'

const ROUTE = 'GET /api/2.0/millrace/inventory/unapproved'
type Version = Output<typeof ROUTE>['model_versions'][number]
type Lack = Version['lacks'][number]

const PAGE = 500
const COLUMNS = ['name', 'version', 'aliases', 'stage', 'lacks', 'scan', 'signed', 'approved', 'owner', 'created_ms'] as const
const LACKING = { any: 'anything', scan: 'no clean scan', signature: 'no signature', approval: 'no approval' } as const

/** Versions that an alias or a stage points to, and what they lack: a clean scan, a signature, an approval. */
export function Unapproved() {
  const [typed, setTyped] = useState('')
  const [lack, setLack] = useState<'any' | Lack>('any')
  const pages = usePages(ROUTE, { max_results: PAGE }, ({ model_versions }) => model_versions)
  if (pages.error) return <Problem error={pages.error} retry={pages.retry} />
  if (pages.isPending) return <Loading />
  if (pages.items.length === 0) return <NothingLacking />
  const wanted = typed.trim().toLowerCase()
  const versions = pages.items.filter(
    ({ name, owner, aliases, lacks }) =>
      (lack === 'any' || lacks.includes(lack)) && [name, owner, ...aliases].some((text) => text?.toLowerCase().includes(wanted)),
  )
  return (
    <>
      <div className="bar">
        <Choice legend="What is missing" options={LACKING} value={lack} onChange={setLack} />
        <Search label="Search versions in use" placeholder="Part of a model, an alias or an owner" value={typed} onChange={setTyped} />
        <ExportMenu name="unapproved" columns={COLUMNS} all={() => api.paged(ROUTE, 'model_versions', { max_results: PAGE })} />
      </div>
      {versions.length === 0 && <p className="faint">Nothing that was loaded is like that.</p>}
      {versions.length > 0 && (
        <Table
          label="Versions in use to which something is missing"
          columns={['Version', 'Used as', 'Missing', 'Scan', 'Owner', 'Made']}
          tall
        >
          {versions.map((version) => (
            <Row key={`${version.name} ${version.version}`} version={version} />
          ))}
        </Table>
      )}
      <p className="faint">
        {count(versions.length, 'version')}
        {pages.hasMore && ', the newest'}
      </p>
      <More pages={pages} noun="version" />
    </>
  )
}

function Row({ version: { name, version, aliases, stage, lacks, scan, owner, created_ms } }: { version: Version }) {
  const places = [...aliases.map((alias) => `@${alias}`), ...(stage === 'None' ? [] : [stage])]
  return (
    <tr>
      <td className="wide">
        <Link to="/models/$name/versions/$version" params={{ name, version }} title={name}>
          {name}, version {version}
        </Link>
      </td>
      <td>
        <span className="chips many">
          {places.map((place) => (
            <span key={place} className="chip" title={place}>
              {place}
            </span>
          ))}
        </span>
      </td>
      <td>
        <span className="chips">
          {lacks.map((one) => (
            <span key={one} className="chip bad">
              {LACKING[one]}
            </span>
          ))}
        </span>
      </td>
      <td className={scan === 'malicious' ? 'bad' : ''}>{scan.replaceAll('_', ' ')}</td>
      <td className="wide" title={owner}>
        {owner}
      </td>
      <td>
        <Time at={created_ms} />
      </td>
    </tr>
  )
}

function NothingLacking() {
  return (
    <Empty title="Each version in use has a clean scan, a signature and an approval">
      <p>
        Versions that an alias or a stage points to are listed here when one of the three is missing. Let a policy ask for them, and nothing
        comes there without:
      </p>
      <Code
        text={
          'version: 1\nrules:\n  - models: "*"\n    aliases: [champion]\n    stages: [Production]\n    require: { scan: [clean], signature: any, approvals: 1 }'
        }
      />
    </Empty>
  )
}
