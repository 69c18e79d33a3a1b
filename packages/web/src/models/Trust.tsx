import type { Output } from '@millrace/client'
import { Status } from '../parts/Status.tsx'

type Version = Output<'GET /api/2.0/mlflow/model-versions/get'>['model_version']

const CHECKS = [
  { tag: 'millrace.scan', good: 'scanned', missing: 'not scanned' },
  { tag: 'millrace.signature', good: 'signed', missing: 'not signed' },
  { tag: 'millrace.approval', good: 'approved', missing: 'not approved' },
] as const

const GOOD = /^(clean|valid|verified|signed|approved|ok)\b/i
const BAD = /malicious|suspicious|invalid|revoked|rejected|refused|failed|not looked/i

type Props = { version: Version; serving?: readonly string[] }

/**
 * In one line whether a version may be trusted: registered, scanned, signed, approved, serving. The server sets these tags; no client can.
 * @param serving the aliases that lead to it, where the version itself doesn't tell
 */
export function Trust({ version, serving = version.aliases }: Props) {
  const tags = new Map(version.tags.map(({ key, value }) => [key, value]))
  return (
    <span className="chips">
      <Status of={version.status} />
      {CHECKS.map(({ tag, good, missing }) => {
        const value = tags.get(tag)
        if (value === undefined) {
          return (
            <span key={tag} className="chip faint">
              {missing}
            </span>
          )
        }
        const tone = BAD.test(value) ? 'bad' : GOOD.test(value) ? 'good' : ''
        return (
          <span key={tag} className={`chip ${tone}`} title={value}>
            {tone === 'good' ? `${good} ✓` : value}
          </span>
        )
      })}
      <ServingChip aliases={serving} stage={version.current_stage} />
    </span>
  )
}

function ServingChip({ aliases, stage }: { aliases: readonly string[]; stage: string }) {
  const places = [...aliases.map((alias) => `@${alias}`), ...(stage === 'None' || stage === 'Archived' ? [] : [stage])]
  if (places.length === 0) return <span className="chip faint">not serving</span>
  return (
    <span className="chip good" title={places.join(', ')}>
      serving {places[0]}
      {places.length > 1 && ` and ${places.length - 1} more`}
    </span>
  )
}
