import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { FileResult, FileToScan, ScanOptions, ScanReport } from '@millrace/scan'
import { RULES_VERSION } from '@millrace/scan/rules'
import { FINDINGS_KEPT_MAX, type Place } from '../../artifacts/index.ts'
import type { Database } from '../../db/database.ts'
import type { Log } from '../../http/log.ts'
import type { Manifest, Step } from '../manifests/index.ts'
import { recordVerdict } from './record-verdict.ts'
import { showVerdict } from './show-verdict.ts'
import type { Finding, Verdict } from './verdict.ts'
import { verdictOfDigest } from './verdict-store.ts'

/**
 * The step of a registration that scans: it records what was found, shows it in the version's tags, and refuses what is malicious. Files
 * with a digest that these rules have judged already are not read again.
 */
export function scanStep(db: Database, log: Log): Step {
  return async (version, manifest, place) => {
    if (manifest.files.length === 0) return undefined
    const known = await verdictOfDigest(db.reader, manifest.root_sha256)
    const verdict = known?.rules_version === RULES_VERSION ? known : await judge(manifest, place, log)
    await db.write(async (tx) => {
      if (verdict !== known) await recordVerdict(tx, manifest.root_sha256, verdict)
      await showVerdict(tx, version, verdict, manifest)
    })
    return verdict.ending === 'malicious' ? { refused: refusal(verdict) } : undefined
  }
}

/** For the exception that MLflow's client raises. */
function refusal({ findings }: Verdict): string {
  const [worst] = findings
  const where = [worst?.file ?? '', worst?.member ?? ''].filter((part) => part !== '').join(', in ')
  const more = findings.length > 1 ? ` ${findings.length - 1} more findings are in the scan's result.` : ''
  return `The scan found the files malicious: ${where}: ${worst?.rule}: ${worst?.evidence}. ${worst?.cure ?? ''}${more}`
}

/** What today's rules say of files that are where the manifest tells. @throws when the scan did not run */
export const judgeFiles = async (manifest: Manifest, place: Place, signal?: AbortSignal): Promise<Verdict> =>
  verdictFrom(await scanAt(manifest, place, signal ? { signal } : {}))

async function judge(manifest: Manifest, place: Place, log: Log): Promise<Verdict> {
  try {
    return await judgeFiles(manifest, place)
  } catch (error) {
    // Not to be looked at is an ending of its own; who may use such versions, policies decide.
    log.error({ err: error }, 'registry: the scan of a version failed; it counts as not looked at')
    const findings = [{ rule: 'file/unreadable', severity: 'medium', evidence: 'The scan did not run; the log of the server says why.' }]
    return { ending: 'not_looked_at', findings, rules_version: RULES_VERSION, scanned_ms: Date.now() }
  }
}

/** Scans where the files are, if that is this disk; else a copy that only this process's user can read. */
async function scanAt({ files }: Manifest, { store, folder }: Place, options: ScanOptions): Promise<ScanReport> {
  // Here and not above: what starts the scanner knows all formats, and a server that starts has no model to scan yet.
  const { scanFiles } = await import('@millrace/scan')
  if (store.root.startsWith('/')) {
    const root = join(store.root, ...folder)
    return scanFiles(
      files.map(({ path }) => toScan(root, path, folder)),
      [root],
      options,
    )
  }
  const copy = await mkdtemp(join(tmpdir(), 'millrace-scan-'))
  try {
    for (const { path, size } of files) await fetchTo({ store, folder }, path, size, toScan(copy, path, folder).path)
    return await scanFiles(
      files.map(({ path }) => toScan(copy, path, folder)),
      [copy],
      options,
    )
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

/** A version of one file has it under no path. */
const toScan = (root: string, path: string, folder: readonly string[]): FileToScan =>
  path === '' ? { path: root, file: folder.at(-1) ?? '' } : { path: join(root, ...path.split('/')), file: path }

async function fetchTo({ store, folder }: Place, path: string, size: number, to: string): Promise<void> {
  const artifact = await store.open([...folder, ...path.split('/').filter(Boolean)])
  // A version of one file takes the place of the folder that was made for it.
  if (path === '') await rm(to, { recursive: true })
  else await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  const out = createWriteStream(to, { flags: 'wx', mode: 0o600 })
  if (size > 0) return pipeline(await artifact.read(0, size - 1), out)
  await artifact.close()
  await new Promise<void>((resolve) => out.end(resolve))
}

const RANK: Readonly<Record<string, number>> = { critical: 0, high: 1, medium: 2, info: 3 }

function verdictFrom({ ending, rules_version, files }: ScanReport): Verdict {
  const findings = files.flatMap((file) => file.findings.map(onWire)).sort((a, b) => (RANK[a.severity] ?? 9) - (RANK[b.severity] ?? 9))
  const on_wire = ending === 'not looked at' ? 'not_looked_at' : ending
  return { ending: on_wire, findings: findings.slice(0, FINDINGS_KEPT_MAX), rules_version, scanned_ms: Date.now() }
}

function onWire({ rule, severity, file, member, offset, evidence, cve, cure }: FileResult['findings'][number]): Finding {
  return {
    rule,
    severity,
    file,
    ...(member !== '' && { member }),
    ...(offset !== undefined && { offset }),
    evidence,
    ...(cve.length > 0 && { cve: cve.join(', ') }),
    cure,
  }
}
