import type { Output } from '@millrace/client'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api.ts'
import { count } from '../format.ts'
import { Code } from '../parts/Copy.tsx'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { Search } from '../parts/Search.tsx'
import { Time } from '../parts/Time.tsx'
import { usePages } from '../parts/use-pages.ts'
import { ExportMenu } from './ExportMenu.tsx'

const ROUTE = 'GET /api/2.0/millrace/inventory/unapproved'
type Version = Output<typeof ROUTE>['model_versions'][number]
type Lack = Version['lacks'][number]

const PAGE = 500
const COLUMNS = ['name', 'version', 'aliases', 'stage', 'lacks', 'scan', 'signed', 'approved', 'owner', 'created_ms'] as const
const MISSING: Record<Lack, string> = { scan: 'clean scan', signature: 'signature', approval: 'approval' }
const LACKS = Object.keys(MISSING) as Lack[]

/** Versions that an alias or a stage points to, and what they lack: a clean scan, a signature, an approval. */
export function Unapproved() {
  const [typed, setTyped] = useState('')
  const [lack, setLack] = useState<Lack>()
  const pages = usePages(ROUTE, { max_results: PAGE }, ({ model_versions }) => model_versions)
  if (pages.error) return <Problem error={pages.error} retry={pages.retry} />
  if (pages.isPending) return <Loading />
  if (pages.items.length === 0) return <NothingLacking />
  const wanted = typed.trim().toLowerCase()
  const versions = pages.items.filter(
    ({ name, owner, aliases, lacks }) =>
      (lack === undefined || lacks.includes(lack)) && [name, owner, ...aliases].some((text) => text?.toLowerCase().includes(wanted)),
  )
  return (
    <>
      <div className="bar">
        <fieldset className="choices" aria-label="What is missing">
          <button type="button" aria-pressed={lack === undefined} onClick={() => setLack(undefined)}>
            anything
          </button>
          {LACKS.map((one) => (
            <button key={one} type="button" aria-pressed={lack === one} onClick={() => setLack(one)}>
              no {MISSING[one]}
            </button>
          ))}
        </fieldset>
        <Search label="Search versions in use" placeholder="Part of a model, an alias or an owner" value={typed} onChange={setTyped} />
        <ExportMenu name="unapproved" columns={COLUMNS} all={() => api.paged(ROUTE, 'model_versions', { max_results: PAGE })} />
      </div>
      {versions.length === 0 && <p className="faint">Nothing that was loaded is like that.</p>}
      {versions.length > 0 && (
        <Scroll label="Versions in use to which something is missing" look="tall">
          <table>
            <thead>
              <tr>
                <th>Version</th>
                <th>Used as</th>
                <th>Missing</th>
                <th>Scan</th>
                <th>Owner</th>
                <th>Made</th>
              </tr>
            </thead>
            <tbody>
              {versions.map((version) => (
                <Row key={`${version.name} ${version.version}`} version={version} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <p className="faint">
        {count(versions.length, 'version')}
        {pages.hasMore && ', the newest'}
      </p>
      <More pages={pages} />
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
        <span className="chips">
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
              no {MISSING[one]}
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
