import { ConfigProblem, type Given, type Option, readStorage } from '@millrace/server/config'
import { ageOf } from './age.ts'
import { type Command, EXIT } from './command.ts'
import { databaseOptions } from './database-options.ts'
import { day } from './rows.ts'
import { requireUser, userArgument } from './user-argument.ts'

const SCOPES = ['read', 'write', 'manage'] as const
const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'The token' })

/** `millrace tokens create` */
export const tokensCreate: Command = {
  name: 'tokens create',
  about: 'Make an API token for an account',
  options: [
    own({ flag: 'name', value: '<name>', fallback: 'command line', about: 'What it is for, to tell it from others' }),
    own({
      flag: 'scope',
      value: '<scope>',
      fallback: 'write',
      choices: SCOPES,
      about: 'What it may be used for, at most what the account may: each contains those before it; manage deletes, grants, administers',
    }),
    own({ flag: 'expires', value: '<time>', fallback: '90d', about: 'How long it works: 12h, 365d, or never' }),
    ...databaseOptions,
  ],
  argument: userArgument,
  details:
    'The token is shown once and stored nowhere: keep it where the program finds it, as MLFLOW_TRACKING_TOKEN, or as ' +
    'MLFLOW_TRACKING_PASSWORD beside the name of its account. The server may run meanwhile.',
  examples: [
    ['millrace tokens create ci --name nightly', 'to log with, for 90 days'],
    ['export MLFLOW_TRACKING_TOKEN=$(millrace tokens create ci --scope read --expires 1d)', 'the token alone is on standard output'],
  ],
  async run(told) {
    const { given, env } = told
    const username = requireUser('tokens create', told)
    const { location } = readStorage(given, env)
    const terms = { name: textOf(given.name) ?? 'command line', scope: scopeOf(given), lasts_ms: lastsOf(given) }
    const { createToken } = await import('@millrace/server/operate')
    const { token, secret } = await createToken(location, username, terms)
    const until = token.expires_ms === null ? 'without an end' : `until ${day(token.expires_ms)}`
    process.stderr.write(`A token of ${username}, scope ${token.scopes}, ${until}; id ${token.token_id}. It is shown once:\n`)
    process.stdout.write(`${secret}\n`)
    return EXIT.fine
  },
}

const textOf = (value: string | boolean | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

function scopeOf({ scope = 'write' }: Given): (typeof SCOPES)[number] {
  const known = SCOPES.find((one) => one === scope)
  if (!known) throw new ConfigProblem(`--scope is one of ${SCOPES.join(', ')}, not "${scope}".`)
  return known
}

function lastsOf({ expires = '90d' }: Given): number | null {
  if (expires === 'never') return null
  const lasts_ms = ageOf(expires, 'expires')
  if (lasts_ms === 0) throw new ConfigProblem('--expires takes a time like 12h or 90d, or never.')
  return lasts_ms
}
