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

/** In one line whether a version may be trusted: registered, scanned, signed, approved. The server sets these tags; no client can. */
export function Trust({ version }: { version: Version }) {
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
    </span>
  )
}
