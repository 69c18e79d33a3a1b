import { randomBytes } from 'node:crypto'
import { bulk, command, query, type Reader, type Writer } from '../../db/handles.ts'
import type { Manifest, ManifestFile } from './manifest.ts'

/** `status` in table `model_version`, as MLflow numbers it. */
export const PENDING = 1
export const FAILED = 2
export const READY = 3

/** A version whose files are to be hashed. `lease` proves that nobody else took it over meanwhile. */
export type Job = {
  readonly version: number
  readonly location: string
  readonly path: string
  readonly attempts: number
  readonly lease: string
}
type Head = { root_sha256: string; bytes: number }

// While a job is held, `due_ms` is when its holder is taken for gone: what is next is the first in an index, however many wait.
const REQUEUE = command(`update manifest_job set due_ms = ?, attempts = 0, lease = '' where version = ?`)
const QUEUE = command('insert into manifest_job (version, location, path, due_ms, lease) values (?, ?, ?, ?, ?)')
const NEXT_DUE = query<{ at_ms: number | null }>('select min(due_ms) as at_ms from manifest_job where due_ms is not null')
const CLAIM = query<Job>(
  `update manifest_job set due_ms = ?, lease = ? where due_ms <= ? and version =
     (select version from manifest_job where due_ms <= ? order by due_ms, version limit 1)
   returning version, location, path, attempts, lease`,
)
const PLACE_OF = query<{ location: string; path: string }>('select location, path from manifest_job where version = ?')
const EXTEND = command('update manifest_job set due_ms = ? where version = ? and lease = ?')
const AGAIN = command(`update manifest_job set attempts = ?, due_ms = ?, lease = '' where version = ? and lease = ?`)
const DONE = command(`update manifest_job set due_ms = null, lease = '' where version = ? and lease = ?`)
const DROP_JOB = command('delete from manifest_job where version = ?')
const DROP_HEAD = command('delete from model_version_manifest where version = ?')
const DROP_FILES = command('delete from model_version_file where version = ?')
const HEAD = command('insert into model_version_manifest (version, root_sha256, files, bytes, made_ms) values (?, ?, ?, ?, ?)')
const FILE = bulk('insert into model_version_file (version, path, size, sha256, store_tag) values (?, ?, ?, ?, ?)', 'ititt')
const COPY_HEAD = command(
  `insert into model_version_manifest (version, root_sha256, files, bytes, made_ms)
   select ?, root_sha256, files, bytes, ? from model_version_manifest where version = ?`,
)
const COPY_FILES = command(
  `insert into model_version_file (version, path, size, sha256, store_tag)
   select ?, path, size, sha256, store_tag from model_version_file where version = ?`,
)
const STATUS = command('update model_version set status = ?, status_message = ? where id = ? and deleted_ms is null')
const STATUS_OF = query<{ status: number }>('select status from model_version where id = ? and deleted_ms is null')
const HEAD_OF = query<Head>('select root_sha256, bytes from model_version_manifest where version = ?')
const FILES_OF = query<ManifestFile>('select path, size, sha256, store_tag from model_version_file where version = ? order by path')
const DIGEST = query<{ sha256: string }>('select sha256 from model_version_file where version = ? and path = ?')

/** When a job is due, and whose it is until then: nobody's without a lease. */
export type Held = { readonly due_ms: number | null; readonly lease: string }

/** The files are known already. */
export const KNOWN: Held = { due_ms: null, lease: '' }

export const newLease = (): string => randomBytes(12).toString('hex')

/** Says that a version's files are to be hashed, in the commit that makes it. */
export async function queueManifest(tx: Writer, version: number, location: string, path: string, { due_ms, lease }: Held): Promise<void> {
  await tx.run(QUEUE, version, location, path, due_ms, lease)
}

/** A copy has the manifest of the version that it was made of. False when that has none yet. */
export async function copyManifest(tx: Writer, version: number, of: number, now_ms: number): Promise<boolean> {
  if ((await tx.run(COPY_HEAD, version, now_ms, of)) === 0) return false
  await tx.run(COPY_FILES, version, of)
  return true
}

/** When there is something to do next; undefined when there is nothing. */
export const nextDue = async (db: Reader): Promise<number | undefined> => (await db.get(NEXT_DUE))?.at_ms ?? undefined

/** Takes one job that is due and nobody's, for a time. */
export async function claimJob(tx: Writer, now_ms: number, lease_ms: number): Promise<Job | undefined> {
  return tx.get(CLAIM, now_ms + lease_ms, newLease(), now_ms, now_ms)
}

/** Keeps a job for longer; false when it is no longer ours. */
export const extendLease = async (tx: Writer, { version, lease }: Job, until_ms: number): Promise<boolean> =>
  (await tx.run(EXTEND, until_ms, version, lease)) > 0

/** Leaves a job to whoever is there at that time. */
export async function tryAgain(tx: Writer, { version, lease }: Job, attempts: number, due_ms: number): Promise<void> {
  await tx.run(AGAIN, attempts, due_ms, version, lease)
}

/** Records what the files are, and the version's end of registration. False when the job was no longer ours: then nothing is. */
export async function recordManifest(
  tx: Writer,
  { version, lease }: Job,
  { root_sha256, bytes, files }: Manifest,
  refused: string | undefined,
  now_ms: number,
): Promise<boolean> {
  if ((await tx.run(DONE, version, lease)) === 0) return false
  await dropManifest(tx, version)
  await tx.run(HEAD, version, root_sha256, files.length, bytes, now_ms)
  if (files.length > 0) {
    await tx.runMany(
      FILE,
      files.map(({ path, size, sha256, store_tag = null }) => [version, path, size, sha256, store_tag]),
    )
  }
  await tx.run(STATUS, refused === undefined ? READY : FAILED, refused ?? null, version)
  return true
}

/** Gives up: the version's files could not be read. */
export async function recordFailure(tx: Writer, { version, lease }: Job, why: string): Promise<void> {
  if ((await tx.run(DONE, version, lease)) > 0) await tx.run(STATUS, FAILED, why, version)
}

/** The files may have changed since they were hashed: the version waits until they are hashed again. */
export async function hashAgain(tx: Writer, version: number, now_ms: number): Promise<void> {
  if ((await tx.run(REQUEUE, now_ms, version)) > 0) await tx.run(STATUS, PENDING, null, version)
}

/** Forgets all of it, with the version. */
export async function forgetManifest(tx: Writer, version: number): Promise<void> {
  await tx.run(DROP_JOB, version)
  await dropManifest(tx, version)
}

async function dropManifest(tx: Writer, version: number): Promise<void> {
  await tx.run(DROP_HEAD, version)
  await tx.run(DROP_FILES, version)
}

/** Whether a version still waits for its files to be hashed. */
export const isPending = async (db: Reader, version: number): Promise<boolean> => (await db.get(STATUS_OF, version))?.status === PENDING

/** What a version's files are; undefined while that is not known. */
export async function manifestOfVersion(db: Reader, version: number): Promise<Manifest | undefined> {
  const head = await db.get(HEAD_OF, version)
  return head && { ...head, files: await db.all(FILES_OF, version) }
}

/** Where the files are that were hashed; undefined where none of the version's are this server's. */
export const filesLieAt = async (db: Reader, version: number): Promise<{ location: string; path: string } | undefined> =>
  db.get(PLACE_OF, version)

/** The digest of all files of a version together, in hex; undefined while it is not known. */
export const rootOf = async (db: Reader, version: number): Promise<string | undefined> => (await db.get(HEAD_OF, version))?.root_sha256

/** The digest of one file of a version, in hex; undefined while it is not known. */
export const digestOf = async (db: Reader, version: number, path: string): Promise<string | undefined> =>
  (await db.get(DIGEST, version, path))?.sha256
