import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Finding, type Group, placeOf, versionIn } from './groups.ts'

const SHOWN = 20

/** What a rule found at one weight: the places with their evidence, why it was flagged, what it means, and what to do. */
export function FindingGroup({ group: { first, places }, added }: { group: Group; added: ReadonlySet<string> }) {
  const [all, setAll] = useState(false)
  const shown = all ? places : places.slice(0, SHOWN)
  return (
    <article className={`card finding ${first.weight}`}>
      <h3>{first.title}</h3>
      <p className="faint note">
        {first.category} · {first.weight.toUpperCase()} · {first.rule} · CWE-{first.cwe}
      </p>
      <ul>
        {shown.map((one, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: one place may be found twice, and the list does not change
          <li key={at}>
            <Place finding={one} />
            {added.has(one.fingerprint) && <span className="chip bad">new</span>}
          </li>
        ))}
      </ul>
      {places.length > SHOWN && !all && (
        <button type="button" className="quiet" onClick={() => setAll(true)}>
          Show all {places.length.toLocaleString('en-GB')} places
        </button>
      )}
      <dl className="facts">
        <dt>Why it was flagged</dt>
        <dd>{first.why}</dd>
        <dt>What this means</dt>
        <dd>{first.means}</dd>
        <dt>Recommendation</dt>
        <dd>{first.recommendation}</dd>
      </dl>
    </article>
  )
}

function Place({ finding }: { finding: Finding }) {
  const version = versionIn(finding.file)
  return (
    <>
      {version ? (
        <Link to="/models/$name/versions/$version" params={version}>
          {version.name}, version {version.version}
        </Link>
      ) : (
        <span className="mono">{placeOf(finding)}</span>
      )}
      {finding.evidence !== '' && (
        <>
          : <code>{finding.evidence}</code>{' '}
        </>
      )}
      {finding.reason !== undefined && (
        <span className="faint">
          {finding.by}: {finding.reason}
        </span>
      )}
      {finding.surface && <Surface of={finding.surface} />}
    </>
  )
}

const POINTS = [
  ['ingestion_points', 'Ingestion points'],
  ['boundary_markers', 'Boundary markers'],
  ['capability_inventory', 'Capability inventory'],
  ['sanitization', 'Sanitization'],
] as const

function Surface({ of }: { of: NonNullable<Finding['surface']> }) {
  return (
    <ul>
      {POINTS.map(([field, label]) => (
        <li key={field}>
          {label}: {of[field].length === 0 ? 'none' : of[field].join(', ')}
        </li>
      ))}
    </ul>
  )
}
