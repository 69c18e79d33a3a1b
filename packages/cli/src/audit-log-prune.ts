import { ConfigProblem, type Option, readStorage } from '@millrace/server/config'
import { ageOf } from './age.ts'
import { type Command, EXIT } from './command.ts'
import { databaseOptions } from './database-options.ts'

const olderThan: Option = {
  flag: 'older-than',
  value: '<time>',
  about: 'Entries of requests so long ago go: 90d, 12h; it must be given',
  group: 'What is removed',
}

/** `millrace audit-log prune` */
export const auditLogPrune: Command = {
  name: 'audit-log prune',
  about: 'Remove old entries of the audit log, so that the rest can still be verified',
  options: [olderThan, ...databaseOptions],
  details:
    'A signed anchor takes the place of the last entry that goes; `millrace audit-log verify` begins there. A damaged log is left as it ' +
    'is, since the anchor would hide the damage. Export first what you must keep. The server may run meanwhile.',
  examples: [['millrace audit-log prune --older-than 90d', 'keeps three months']],
  async run({ given, env }) {
    if (typeof given['older-than'] !== 'string') throw new ConfigProblem('Say how much to keep: millrace audit-log prune --older-than 90d')
    const { location, keys } = readStorage(given, env)
    const { pruneAuditLog } = await import('@millrace/server/operate')
    const { entries, from_seq } = await pruneAuditLog(location, keys, Date.now() - ageOf(given['older-than']))
    process.stdout.write(`Removed ${entries} ${entries === 1 ? 'entry' : 'entries'}; the log begins behind entry ${from_seq} now.\n`)
    return EXIT.fine
  },
}
