import { locationOfExperiment } from '../../artifacts/index.ts'
import type { Settings } from '../../config.ts'
import type { Database } from '../../db/database.ts'
import { command, query } from '../../db/handles.ts'

const DEFAULT_ID = 0
const DEFAULT_NAME = 'Default'

const ANY = query<{ id: number }>('select id from experiment limit 1')
const INSERT = command(
  'insert into experiment (id, name, artifact_location, created_ms, updated_ms) values (?, ?, ?, ?, ?) on conflict do nothing',
)

/**
 * MLflow's clients log to the experiment with id 0 when they are told no other: it is there from the first start on. Where there are
 * other experiments and not this one, somebody removed it, and it isn't made again.
 */
export async function ensureDefaultExperiment(db: Database, settings: Settings): Promise<void> {
  if (await db.reader.get(ANY)) return
  const now_ms = Date.now()
  // Of several servers that start at once on an empty database, one inserts it.
  await db.write((tx) => tx.run(INSERT, DEFAULT_ID, DEFAULT_NAME, locationOfExperiment(settings, String(DEFAULT_ID)), now_ms, now_ms))
}
