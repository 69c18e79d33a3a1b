import { readStorage } from '@millrace/server/config'
import { type Command, EXIT } from './command.ts'
import { databaseArgument, databaseOptions, withArgument } from './database-options.ts'

/** `millrace db upgrade [uri]` */
export const dbUpgrade: Command = {
  name: 'db upgrade',
  about: "Bring a database's schema up to this version",
  options: databaseOptions,
  argument: databaseArgument,
  details: 'millrace server does it by itself at its start; this does it before, in one transaction. Other tables stay as they are.',
  examples: [
    ['millrace db upgrade', 'the database in ./millrace-data'],
    ['millrace db upgrade postgresql://ml@db/ml', 'a PostgreSQL database; its password comes from MILLRACE_DB_PASSWORD'],
  ],
  async run(told) {
    const { location } = readStorage(withArgument(told), told.env)
    const { migrateDatabase } = await import('@millrace/server/operate')
    const { applied, version } = await migrateDatabase(location)
    for (const { id, name } of applied) process.stdout.write(`applied ${id} ${name}\n`)
    process.stdout.write(`The schema is at version ${version}${applied.length === 0 ? ' already' : ''}.\n`)
    return EXIT.fine
  },
}
