import { describeLocation, readStorage } from '@millrace/server/config'
import { type Command, EXIT } from './command.ts'
import { databaseArgument, databaseOptions, withArgument } from './database-options.ts'

/** `millrace db check [uri]` */
export const dbCheck: Command = {
  name: 'db check',
  about: 'Look whether a database is sound',
  options: databaseOptions,
  argument: databaseArgument,
  details:
    'Looks at the version of the schema, whether every table and index is there and usable, and whether what refers to something ' +
    'finds it. On SQLite it also reads every page. It changes nothing, and the server may run meanwhile. ' +
    'The exit code is 1 when something is wrong.',
  examples: [
    ['millrace db check', 'the database in ./millrace-data'],
    ['millrace db check sqlite:////srv/ml/millrace.db', 'another one'],
  ],
  async run(told) {
    const { location } = readStorage(withArgument(told), told.env)
    const { checkDatabase } = await import('@millrace/server/operate')
    process.stdout.write(`${describeLocation(location)}\n`)
    const findings = await checkDatabase(location)
    for (const { what, problems } of findings) {
      process.stdout.write(`  ${problems.length === 0 ? 'ok' : 'WRONG'}: ${what}\n`)
      for (const problem of problems) process.stdout.write(`      ${problem}\n`)
    }
    return findings.every(({ problems }) => problems.length === 0) ? EXIT.fine : EXIT.failed
  },
}
