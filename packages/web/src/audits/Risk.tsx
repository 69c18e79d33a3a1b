const TONE: Record<string, string> = { SAFE: 'good', LOW: 'good', MEDIUM: 'busy', HIGH: 'bad', CRITICAL: 'bad', UNKNOWN: 'busy' }
const SIGN: Record<string, string> = { SAFE: '✓', LOW: '✓', MEDIUM: '!', HIGH: '✕', CRITICAL: '✕', UNKNOWN: '?' }

type Audited = { readonly state: string; readonly risk?: string | undefined; readonly verdict?: string | undefined }

/** How an audit came out, by sign, colour and word; or that it is not done. */
export function Risk({ audit: { state, risk, verdict } }: { audit: Audited }) {
  if (state === 'failed') return <span className="status bad">✕ failed</span>
  if (risk === undefined) return <span className="status busy">● {state === 'waiting' ? 'waits' : 'is being made'}</span>
  return (
    <span className={`status ${TONE[risk] ?? ''}`}>
      <span aria-hidden="true">{SIGN[risk]}</span> {risk}
      {verdict !== undefined && ` · ${verdict}`}
    </span>
  )
}
