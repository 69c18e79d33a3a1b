import { createHash } from 'node:crypto'
import { scanStatement } from '@millrace/sign'
import type { Writer } from '../../db/handles.ts'
import type { Manifest } from '../manifests/index.ts'
import { attestOwn, setReservedTag } from '../signatures/index.ts'
import type { Verdict } from './verdict.ts'

/**
 * Shows in a version's tags how the scan of its files ended, and keeps the verdict as a statement that the server signs, where it has a
 * key: that can be checked without the server. A version that is being registered has its files from whoever hashed them.
 */
export async function showVerdict(tx: Writer, version: number, verdict: Verdict, files?: Pick<Manifest, 'files'>): Promise<void> {
  await setReservedTag(tx, version, 'millrace.scan', verdict.ending.replaceAll('_', ' '))
  const { ending, findings, rules_version, scanned_ms } = verdict
  const result = {
    ending,
    scanner: 'millrace',
    rules: rules_version,
    scanned_ms,
    findings: findings.map(({ rule, severity, file = '' }) => ({ rule, severity, file })),
    report_sha256: createHash('sha256').update(JSON.stringify(findings)).digest('hex'),
  }
  await attestOwn(tx, version, (subject) => scanStatement(subject, result), scanned_ms, files)
}
