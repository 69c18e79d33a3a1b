import { readStorage } from '@millrace/server/config'
import { type Command, EXIT } from './command.ts'
import { databaseOptions } from './database-options.ts'

/** `millrace audit-log verify` */
export const auditLogVerify: Command = {
  name: 'audit-log verify',
  about: 'Find out whether an entry of the audit log was changed, removed or put in',
  options: databaseOptions,
  details:
    'Reads every entry and its place in the chain, and names what is wrong; the exit code is 1 then. With the keys of the server ' +
    '(MILLRACE_SECRET_KEY or the file beside the database) it also checks the signatures, without which somebody who can write to the ' +
    'database could make a new chain. The hash that it tells at the end proves later what is there now: keep it elsewhere. Entries ' +
    'get their place about half a second after they were written; those that wait are counted. The server may run meanwhile.',
  examples: [['millrace audit-log verify', 'of the database in ./millrace-data']],
  async run({ given, env }) {
    const { location, keys } = readStorage(given, env)
    const { verifyAuditLog } = await import('@millrace/server/operate')
    const { problems, entries, from_seq, to_seq, head, waiting, signatures } = await verifyAuditLog(location, keys)
    for (const problem of problems) process.stderr.write(`${problem}\n`)
    const which = entries === 0 ? 'No entries' : `Entries ${from_seq + 1} to ${to_seq}`
    const signed = signatures ? 'signatures checked' : 'signatures not checked: there is no key'
    const waits = waiting === 0 ? '' : `, ${waiting} not linked yet`
    process.stdout.write(
      `${which}: ${problems.length === 0 ? 'whole' : 'DAMAGED'} (${signed}${waits}). The last has the hash ${head || 'none'}.\n`,
    )
    return problems.length === 0 ? EXIT.fine : EXIT.failed
  },
}
