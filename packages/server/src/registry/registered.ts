import { command, query, type Reader, type Writer } from '../db/handles.ts'
import { missing } from '../http/errors.ts'

/** A registered model's row, which both rooms of the registry stand on. */
export type RegisteredRow = {
  readonly id: number
  readonly name: string
  readonly is_prompt: number
  readonly description: string | null
  readonly created_by: string | null
  readonly created_ms: number
  readonly updated_ms: number
}

export const REGISTERED_COLUMNS = 'm.id, m.name, m.is_prompt, m.description, m.created_by, m.created_ms, m.updated_ms'

const BY_NAME = query<RegisteredRow>(`select ${REGISTERED_COLUMNS} from registered_model m where m.workspace = ? and m.name = ?`)
const TAKE_VERSION = query<{ version: number }>(
  'update registered_model set next_version = next_version + 1, updated_ms = ? where id = ? returning next_version - 1 as version',
)
const TOUCH = command('update registered_model set updated_ms = ? where id = ?')

/** The model of this name in the handle's workspace. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function registeredByName(db: Reader, name: string): Promise<RegisteredRow> {
  return (await db.get(BY_NAME, db.workspace, name)) ?? noSuchName(name)
}

/** The model, or undefined. */
export const findRegistered = async (db: Reader, name: string): Promise<RegisteredRow | undefined> => db.get(BY_NAME, db.workspace, name)

const noSuchName = (name: string): never => {
  throw missing(`Registered Model with name=${name} not found`)
}

/**
 * The number for a model's next version: numbers are given once, also when versions were deleted. It is asked for by the row that was
 * looked at, not by the name, which may be another model's by now.
 * @throws ApiError RESOURCE_DOES_NOT_EXIST
 */
export async function takeVersion(tx: Writer, { id, name }: RegisteredRow, now_ms: number): Promise<number> {
  return (await tx.get(TAKE_VERSION, now_ms, id))?.version ?? noSuchName(name)
}

/** Says that something of the model was changed. */
export async function touchRegistered(tx: Writer, id: number, now_ms: number): Promise<void> {
  await tx.run(TOUCH, now_ms, id)
}
