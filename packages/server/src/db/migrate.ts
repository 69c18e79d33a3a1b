import type { Database } from './database.ts'
import type { Dialect } from './dialect.ts'
import { command, query, type Reader, type Writer } from './handles.ts'
import { tracking } from './migrations/001-tracking.ts'
import { datasets } from './migrations/002-datasets.ts'
import { loggedModels } from './migrations/003-logged-models.ts'
import { evaluationDatasets } from './migrations/004-evaluation-datasets.ts'
import { registry } from './migrations/005-registry.ts'
import { traces } from './migrations/006-traces.ts'
import { webhooks } from './migrations/007-webhooks.ts'
import { scorers } from './migrations/008-scorers.ts'
import { accounts } from './migrations/009-accounts.ts'
import { grants } from './migrations/010-grants.ts'
import { auditLog } from './migrations/011-audit-log.ts'
import { manifests } from './migrations/012-manifests.ts'
import { traceValues } from './migrations/014-trace-values.ts'
import { signIn } from './migrations/015-sign-in.ts'
import { workspaces } from './migrations/016-workspaces.ts'
import { quotas } from './migrations/017-quotas.ts'
import { rights } from './migrations/018-rights.ts'
import { gates } from './migrations/019-gates.ts'
import { attestations } from './migrations/020-attestations.ts'
import { versionsInOrder } from './migrations/024-versions-in-order.ts'
import { traceArchive } from './migrations/025-trace-archive.ts'
import { issues } from './migrations/026-issues.ts'
import { inventory } from './migrations/027-inventory.ts'
import { fileTags } from './migrations/029-file-tags.ts'
import { workspaceOnRecord } from './migrations/030-workspace-on-record.ts'
import { rollouts } from './migrations/033-rollouts.ts'
import { keptInventories } from './migrations/037-kept-inventories.ts'
import { keptAudits } from './migrations/038-kept-audits.ts'

/** A change of the schema: numbered, imported by name below, never edited once released, additive for two minor releases. */
export type Migration = {
  readonly id: number
  readonly name: string
  readonly statements: (dialect: Dialect) => readonly string[]
  /** Rows that the new tables start with, in the same transaction. */
  readonly seed?: (tx: Writer) => Promise<void>
}

/** Every migration, in order. */
export const MIGRATIONS: readonly Migration[] = [
  tracking,
  datasets,
  loggedModels,
  evaluationDatasets,
  registry,
  traces,
  webhooks,
  scorers,
  accounts,
  grants,
  auditLog,
  manifests,
  traceValues,
  signIn,
  workspaces,
  quotas,
  rights,
  gates,
  attestations,
  versionsInOrder,
  traceArchive,
  issues,
  inventory,
  fileTags,
  workspaceOnRecord,
  rollouts,
  keptInventories,
  keptAudits,
]

const APPLIED = query<{ id: number }>('select id from millrace_migration order by id')
const MARK = command('insert into millrace_migration (id, name, applied_ms) values (?, ?, ?)')
const HAS_TABLE = query<{ n: number }>((dialect) =>
  dialect.name === 'sqlite'
    ? "select count(*) n from sqlite_master where type = 'table' and name = 'millrace_migration'"
    : "select (to_regclass('millrace_migration') is not null)::int::bigint n",
)

/** Migrations that the database still lacks, in order. @throws Error when it was written by a newer Millrace. */
export async function pendingMigrations(db: Reader): Promise<readonly Migration[]> {
  const has = await db.get(HAS_TABLE)
  if (!has || has.n === 0) return MIGRATIONS
  const applied = new Set((await db.all(APPLIED)).map((row) => row.id))
  const newest = Math.max(0, ...applied)
  const known = MIGRATIONS.at(-1)?.id ?? 0
  if (newest > known) {
    throw new Error(`The database has schema version ${newest}, and this Millrace knows ${known}: start a newer Millrace on it.`)
  }
  return MIGRATIONS.filter((migration) => !applied.has(migration.id))
}

/** The number of the newest migration that was applied; 0 before the first. */
export async function schemaVersion(db: Reader): Promise<number> {
  const has = await db.get(HAS_TABLE)
  return has && has.n > 0 ? Math.max(0, ...(await db.all(APPLIED)).map((row) => row.id)) : 0
}

/** Brings the schema up to date in one transaction. Gives the migrations that it ran. */
export async function migrate(db: Database): Promise<readonly Migration[]> {
  return db.reshape(async (tx: Writer) => {
    if (tx.dialect.lockMigrations) await tx.all(query(tx.dialect.lockMigrations))
    const { int, text } = tx.dialect.types
    await tx.run(
      command(`create table if not exists millrace_migration (id ${int} primary key, name ${text} not null, applied_ms ${int} not null)`),
    )
    const pending = await pendingMigrations(tx)
    for (const migration of pending) {
      for (const statement of migration.statements(tx.dialect)) await tx.run(command(statement))
      await migration.seed?.(tx)
      await tx.run(MARK, migration.id, migration.name, Date.now())
    }
    return pending
  })
}
