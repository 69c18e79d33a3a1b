import { isDuplicate } from '../db/errors.ts'
import { command, query, type Reader, type Value, type Writer } from '../db/handles.ts'
import { ApiError, missing } from '../http/errors.ts'
import type { Workspace } from './workspace.ts'

/** A workspace's row. */
export type WorkspaceRow = {
  readonly id: number
  readonly name: string
  readonly description: string | null
  readonly artifact_root: string | null
  readonly trace_location: string | null
  readonly trace_retention: string | null
}

/** What can be changed of a workspace. An empty text takes a value away; of what is left out nothing is changed. */
export type WorkspaceFields = {
  readonly description?: string | undefined
  readonly artifact_root?: string | undefined
  readonly trace_location?: string | undefined
  readonly trace_retention?: string | undefined
}

const COLUMNS = 'id, name, description, artifact_root, trace_location, trace_retention'
const ALL = query<WorkspaceRow>(`select ${COLUMNS} from workspace where deleted_ms is null order by name`)
const BY_NAME = query<WorkspaceRow>(`select ${COLUMNS} from workspace where name = ?`)
const BY_NAME_LOCKED = query<WorkspaceRow>((dialect) => `select ${COLUMNS} from workspace where name = ? ${dialect.lockRow}`)
const BY_ID = query<WorkspaceRow>((dialect) => `select ${COLUMNS} from workspace where id = ? and deleted_ms is null ${dialect.lockRow}`)
const INSERT = command(
  'insert into workspace (name, description, artifact_root, trace_location, trace_retention, created_ms) values (?, ?, ?, ?, ?, ?)',
)
const UPDATE = command('update workspace set description = ?, artifact_root = ?, trace_location = ?, trace_retention = ? where id = ?')

/** Every workspace, by name. */
export const allWorkspaces = async (db: Reader): Promise<WorkspaceRow[]> => db.all(ALL)

/** @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function workspaceByName(db: Reader, name: string): Promise<WorkspaceRow> {
  return (await db.get(BY_NAME, name)) ?? noSuchWorkspace(name)
}

/** The same, which nobody deletes until the commit. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function lockedWorkspace(tx: Writer, name: string): Promise<WorkspaceRow> {
  return (await tx.get(BY_NAME_LOCKED, name)) ?? noSuchWorkspace(name)
}

/** The workspace of this transaction, which is there until the commit. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function workspaceOf(tx: Writer, name: string): Promise<WorkspaceRow> {
  return (await tx.get(BY_ID, tx.workspace)) ?? noSuchWorkspace(name)
}

/** @throws ApiError RESOURCE_ALREADY_EXISTS */
export async function insertWorkspace(tx: Writer, name: string, fields: WorkspaceFields, now_ms: number): Promise<WorkspaceRow> {
  if (await tx.get(BY_NAME, name)) throw nameTaken(name)
  try {
    await tx.run(INSERT, name, ...valuesOf(fields), now_ms)
  } catch (error) {
    throw isDuplicate(error) ? nameTaken(name) : error
  }
  return workspaceByName(tx, name)
}

/** Changes what is given. */
export async function updateWorkspaceRow(tx: Writer, row: WorkspaceRow, fields: WorkspaceFields): Promise<WorkspaceRow> {
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  const { description, artifact_root, trace_location, trace_retention } = { ...row, ...given } as WorkspaceRow
  await tx.run(UPDATE, ...valuesOf({ description, artifact_root, trace_location, trace_retention }), row.id)
  return workspaceByName(tx, row.name)
}

type Stored = { readonly [Name in keyof WorkspaceFields]: string | null | undefined }

function valuesOf({ description, artifact_root, trace_location, trace_retention }: Stored): Value[] {
  // An empty description is one; an empty root, place or retention is none.
  return [description ?? null, artifact_root || null, trace_location || null, trace_retention || null]
}

/** A workspace as the wire has it. */
export function workspaceToWire(row: WorkspaceRow): Workspace {
  const { trace_location, trace_retention } = row
  const archival = trace_location !== null || trace_retention !== null
  return {
    name: row.name,
    description: row.description ?? undefined,
    default_artifact_root: row.artifact_root ?? undefined,
    trace_archival_config: archival ? { location: trace_location ?? undefined, retention: trace_retention ?? undefined } : undefined,
  }
}

/** What is not there, or what the caller may not know of. */
export const noSuchWorkspace = (name: string): never => {
  throw missing(`Workspace '${name}' not found`)
}

const nameTaken = (name: string): ApiError =>
  new ApiError('RESOURCE_ALREADY_EXISTS', `Workspace '${name}' already exists: use it, or take another name.`)
