import type { Kind } from '@millrace/sign'
import { command, query, type Reader, type Writer } from '../../db/handles.ts'

/** A signed statement on a version, as it is kept. */
export type AttestationRow = {
  readonly sha256: string
  readonly kind: Kind
  readonly predicate_type: string
  readonly bundle: string
  /** Null where the server made it, and empty where nobody signs in. */
  readonly received_by: string | null
  readonly received_ms: number
}

const COLUMNS = 'sha256, kind, predicate_type, bundle, received_by, received_ms'
const OF_VERSION = query<AttestationRow>(`select ${COLUMNS} from attestation where version = ? order by id`)
const OF_KIND = query<AttestationRow>(`select ${COLUMNS} from attestation where version = ? and kind = ? order by id`)
const ONE = query<AttestationRow>(`select ${COLUMNS} from attestation where version = ? and sha256 = ?`)
const COUNT = query<{ n: number }>('select count(*) as n from attestation where version = ?')
const INSERT = command(
  `insert into attestation (version, sha256, kind, predicate_type, bundle, received_by, received_ms) values (?, ?, ?, ?, ?, ?, ?)
   on conflict (version, sha256) do nothing`,
)
const COPY = command(
  `insert into attestation (version, sha256, kind, predicate_type, bundle, received_by, received_ms)
   select ?, ${COLUMNS} from attestation where version = ? and kind <> 'approval' order by id`,
)
const DROP_OWN = command('delete from attestation where version = ? and kind = ? and received_by is null')
const FORGET = command('delete from attestation where version = ?')
const NAME = query<{ name: string; version: number }>(
  'select m.name, v.version from model_version v join registered_model m on m.id = v.model where v.id = ?',
)
const VERSIONS = query<{ version: number }>(
  `select distinct a.version from attestation a join model_version v on v.id = a.version
   where a.version > ? and v.deleted_ms is null order by a.version limit 100`,
)

/** All of a version, the first received first. */
export const attestationRows = async (db: Reader, version: number): Promise<AttestationRow[]> => db.all(OF_VERSION, version)

/** Those of a kind. */
export const rowsOfKind = async (db: Reader, version: number, kind: Kind): Promise<AttestationRow[]> => db.all(OF_KIND, version, kind)

/** The one with this digest, or undefined. */
export const attestationRow = async (db: Reader, version: number, sha256: string): Promise<AttestationRow | undefined> =>
  db.get(ONE, version, sha256)

/** How many a version has. */
export const attestationCount = async (db: Reader, version: number): Promise<number> => (await db.get(COUNT, version))?.n ?? 0

/** Keeps one; false when the version has it already. */
export async function insertAttestation(tx: Writer, version: number, row: AttestationRow): Promise<boolean> {
  const { sha256, kind, predicate_type, bundle, received_by, received_ms } = row
  return (await tx.run(INSERT, version, sha256, kind, predicate_type, bundle, received_by, received_ms)) > 0
}

/** Gives a copy what is about its files; an approval was of the version that it was made of. */
export async function copyRows(tx: Writer, version: number, of: number): Promise<void> {
  await tx.run(COPY, version, of)
}

/** Forgets what the server itself attested of a version, of one kind. */
export async function deleteOwnOfKind(tx: Writer, version: number, kind: Kind): Promise<void> {
  await tx.run(DROP_OWN, version, kind)
}

/** What people call a version. */
export async function nameOfVersion(db: Reader, id: number): Promise<string> {
  const row = await db.get(NAME, id)
  return row ? `models:/${row.name}/${row.version}` : ''
}

/** Forgets all of a version. */
export async function deleteRows(tx: Writer, version: number): Promise<void> {
  await tx.run(FORGET, version)
}

/** The next hundred versions that have some, after this one. */
export const versionsAfter = async (db: Reader, version: number): Promise<number[]> =>
  (await db.all(VERSIONS, version)).map((row) => row.version)
