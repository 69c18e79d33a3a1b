import { once } from 'node:events'
import { ConfigProblem, type Option, readStorage } from '@millrace/server/config'
import { type Command, EXIT } from './command.ts'
import { databaseOptions } from './database-options.ts'

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'What is exported' })

const options: readonly Option[] = [
  own({ flag: 'since', value: '<time>', fallback: 'the first entry', about: 'From this time on: 2026-01-31 or 2026-01-31T12:00:00Z' }),
  own({ flag: 'until', value: '<time>', fallback: 'the last entry', about: 'Before this time' }),
  ...databaseOptions,
]

/** `millrace audit-log export` */
export const auditLogExport: Command = {
  name: 'audit-log export',
  about: 'Write entries of the audit log as lines of JSON',
  options,
  details: 'Each line is an entry with its number and hash, in order, on standard output. The server may run meanwhile.',
  examples: [
    ['millrace audit-log export > audit.jsonl', 'everything'],
    ['millrace audit-log export --since 2026-01-01 --until 2026-02-01', 'one month (UTC)'],
  ],
  async run({ given, env }) {
    const { location } = readStorage(given, env)
    const { exportAuditLog } = await import('@millrace/server/operate')
    const since_ms = timeOf(given, 'since') ?? 0
    const until_ms = timeOf(given, 'until') ?? Number.MAX_SAFE_INTEGER
    const write = async (line: string): Promise<void> => {
      if (!process.stdout.write(line)) await once(process.stdout, 'drain')
    }
    await exportAuditLog(location, since_ms, until_ms, write)
    return EXIT.fine
  },
}

function timeOf(given: Readonly<Record<string, string | boolean | undefined>>, flag: string): number | undefined {
  const text = given[flag]
  if (typeof text !== 'string') return undefined
  const ms = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) throw new ConfigProblem(`--${flag} takes a day or a time like 2026-01-31 or 2026-01-31T12:00:00Z, not "${text}".`)
  return ms
}
