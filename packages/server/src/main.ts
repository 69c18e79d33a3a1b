import { destination, pino, stdTimeFunctions } from 'pino'
import { buildApp } from './app.ts'
import type { Config } from './config.ts'
import { migrate } from './db/migrate.ts'
import { openDatabase } from './db/open.ts'

export type RunningServer = {
  /** Where it listens, for a person: `http://127.0.0.1:5000`. */
  readonly url: string
  /** Stops taking requests, answers those that have begun, and closes the database. */
  close(): Promise<void>
}

/** Opens the database, brings its schema up to date, and listens. */
export async function startServer(config: Config): Promise<RunningServer> {
  const db = await openDatabase(config.database)
  await migrate(db)
  const log = pino({ base: null, timestamp: stdTimeFunctions.isoTime }, destination({ dest: 2, sync: true }))
  const app = buildApp({ db, settings: config.settings }, log)
  const url = await app.listen({ host: config.host, port: config.port })
  return {
    url,
    async close() {
      await app.close()
      await db.close()
    },
  }
}
