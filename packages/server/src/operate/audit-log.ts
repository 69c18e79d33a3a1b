import { existsSync } from 'node:fs'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import type { Location } from '../db/location.ts'
import { exportLines, type Pruned, prune, type Verified, verify } from '../events/audit/index.ts'
import { holdKeys, ringOf } from '../secrets/index.ts'
import { withCurrent } from './opened.ts'

type Keys = Pick<Config, 'secret_keys' | 'secret_key_file'>

const withKeys = <T>(location: Location, keys: Keys, work: (db: Database) => Promise<T>): Promise<T> =>
  withCurrent(location, (db) => {
    // A key that isn't there is not made: a new one could check nothing.
    if (keys.secret_keys || (keys.secret_key_file && existsSync(keys.secret_key_file))) holdKeys(db.reader, ringOf(keys))
    return work(db)
  })

/** Reads the whole audit log and says what was changed, removed or put in. @throws Error when there is no database of this version */
export const verifyAuditLog = (location: Location, keys: Keys): Promise<Verified> => withKeys(location, keys, (db) => verify(db.reader))

/** Removes entries from before a time, behind a signed anchor. @throws Error when the log is damaged or there is no key */
export const pruneAuditLog = (location: Location, keys: Keys, before_ms: number): Promise<Pruned> =>
  withKeys(location, keys, (db) => prune(db, before_ms))

/** Hands the entries between two times to `write`, a line of JSON each. Gives how many. */
export const exportAuditLog = (
  location: Location,
  since_ms: number,
  until_ms: number,
  write: (line: string) => Promise<void> | void,
): Promise<number> =>
  withCurrent(location, async (db) => {
    let lines = 0
    for await (const line of exportLines(db.reader, since_ms, until_ms)) {
      await write(line)
      lines++
    }
    return lines
  })
