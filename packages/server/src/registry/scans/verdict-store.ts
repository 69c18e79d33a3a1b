import { command, query, type Reader, type Writer } from '../../db/handles.ts'
import type { Ending, Finding, Verdict } from './verdict.ts'

type Row = { ending: Ending; findings: string; rules_version: string; scanned_ms: number }
/** A version of a registered model, by its number inside and as people name it. */
export type NamedVersion = { readonly id: number; readonly model: number; readonly name: string; readonly version: number } & {
  readonly workspace: number
}

const COLUMNS = 's.ending, s.findings, s.rules_version, s.scanned_ms'
const OF_DIGEST = query<Row>(`select ${COLUMNS} from scan_result s where s.root_sha256 = ?`)
const OF_VERSION = query<Row>(
  `select ${COLUMNS} from model_version_manifest f join scan_result s on s.root_sha256 = f.root_sha256 where f.version = ?`,
)
const ENDING = query<{ ending: Ending }>(
  `select s.ending from model_version_manifest f join scan_result s on s.root_sha256 = f.root_sha256 where f.version = ?`,
)
const RECORD = command(
  `insert into scan_result (root_sha256, ending, findings, rules_version, scanned_ms) values (?, ?, ?, ?, ?)
   on conflict (root_sha256) do update set ending = excluded.ending, findings = excluded.findings,
     rules_version = excluded.rules_version, scanned_ms = excluded.scanned_ms`,
)
const WITH_DIGEST = query<NamedVersion>(
  `select v.id, v.model, m.name, v.version, m.workspace from model_version_manifest f
   join model_version v on v.id = f.version join registered_model m on m.id = v.model
   where f.root_sha256 = ? and v.deleted_ms is null order by v.id`,
)
const OUTDATED = query<{ version: number; root_sha256: string }>(
  `select min(v.id) as version, f.root_sha256 from model_version_manifest f
   join model_version v on v.id = f.version and v.deleted_ms is null
   left join scan_result s on s.root_sha256 = f.root_sha256
   where f.files > 0 and (s.root_sha256 is null or s.rules_version <> ?) group by f.root_sha256 order by version limit ?`,
)

const fromRow = (row: Row): Verdict => ({ ...row, findings: JSON.parse(row.findings) as Finding[] })

/** What was found in the files that have this digest; undefined while nobody has looked. */
export async function verdictOfDigest(db: Reader, root_sha256: string): Promise<Verdict | undefined> {
  const row = await db.get(OF_DIGEST, root_sha256)
  return row && fromRow(row)
}

/** What was found in a version's files, by the version's number inside; undefined while nobody has looked, or its files aren't known. */
export async function verdictOf(db: Reader, version: number): Promise<Verdict | undefined> {
  const row = await db.get(OF_VERSION, version)
  return row && fromRow(row)
}

/** How the scan of a version's files ended; what nobody has looked at was not looked at. */
export const endingOf = async (db: Reader, version: number): Promise<Ending> => (await db.get(ENDING, version))?.ending ?? 'not_looked_at'

/** Keeps a verdict in place of the one before. */
export async function saveVerdict(tx: Writer, root_sha256: string, verdict: Verdict): Promise<void> {
  await tx.run(RECORD, root_sha256, verdict.ending, JSON.stringify(verdict.findings), verdict.rules_version, verdict.scanned_ms)
}

/** The versions that there are of files with this digest. */
export const versionsWithDigest = async (db: Reader, root_sha256: string): Promise<NamedVersion[]> => db.all(WITH_DIGEST, root_sha256)

/** Files of versions that were never judged, or not by these rules: a version's number inside and the digest, at most `limit`. */
export const outdatedVerdicts = async (
  db: Reader,
  rules_version: string,
  limit: number,
): Promise<{ version: number; root_sha256: string }[]> => db.all(OUTDATED, rules_version, limit)
