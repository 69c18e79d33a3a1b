import { useApi } from '../api.ts'
import { moment } from '../format.ts'

/** What a scan found in a version's files. */
export function Findings({ name, version }: { name: string; version: string }) {
  const found = useApi('GET /api/2.0/millrace/model-versions/scan', { name, version })
  if (!found.data) return null
  const { ending, findings, rules_version, scanned_ms } = found.data.scan
  return (
    <section className="panel">
      <h2>
        Scan <span className={ending === 'clean' ? 'status good' : 'status bad'}>{ending.replaceAll('_', ' ')}</span>
      </h2>
      <p className="faint">
        {moment(scanned_ms)}, rules {rules_version}
      </p>
      {findings.map((finding) => (
        <article key={`${finding.rule} ${finding.file} ${finding.member} ${finding.offset}`} className="card">
          <h3>
            <span className={/critical|high/i.test(finding.severity) ? 'bad' : ''}>{finding.severity}</span> {finding.rule}{' '}
            {finding.cve && <span className="chip">{finding.cve}</span>}
          </h3>
          <p className="mono">
            {[finding.file, finding.member].filter(Boolean).join(' › ')}
            {finding.offset !== undefined && `, byte ${finding.offset}`}
          </p>
          {finding.evidence && <pre className="preview">{finding.evidence}</pre>}
          {finding.cure && <p>{finding.cure}</p>}
        </article>
      ))}
      {findings.length === 0 && <p>Nothing was found.</p>}
    </section>
  )
}

/** Who signed a version, and what else is attested of it. */
export function Attestations({ name, version }: { name: string; version: string }) {
  const found = useApi('GET /api/2.0/millrace/attestations/list', { name, version })
  const attestations = found.data?.attestations ?? []
  if (attestations.length === 0) return null
  return (
    <section className="panel">
      <h2>Attestations</h2>
      <dl className="facts">
        {attestations.map((one) => (
          <div key={one.attestation_id} className="pair">
            <dt>{one.kind}</dt>
            <dd>
              <span className={one.valid ? 'status good' : 'status bad'}>{one.valid ? '✓ valid' : `✕ ${one.problem ?? 'not valid'}`}</span>{' '}
              {one.summary} {one.signer && <span className="faint">by {one.signer.name}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
