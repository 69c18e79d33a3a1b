import { ConfigProblem, type Given, type Option, readStorage } from '@millrace/server/config'
import { ageOf } from './age.ts'
import { type Command, EXIT } from './command.ts'
import { databaseOptions } from './database-options.ts'
import { listOf } from './list-of.ts'
import { onlyOn } from './only-on.ts'
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
    own({ flag: 'experiments', value: '<ids>', about: 'Only these experiments, with all that is in them; separated by commas' }),
    own({ flag: 'registered-models', value: '<names>', about: 'Only these registered models and prompts; separated by commas' }),
    own({ flag: 'workspace', value: '<name>', fallback: 'default', about: 'Where those registered models are' }),
    ...databaseOptions,
  ],
  argument: userArgument,
  details:
    'The token is shown once and stored nowhere: keep it where the program finds it, as MLFLOW_TRACKING_TOKEN, or as ' +
    'MLFLOW_TRACKING_PASSWORD beside the name of its account. The server may run meanwhile.',
  examples: [
    ['millrace tokens create ci --name nightly', 'to log with, for 90 days'],
    ['millrace tokens create ci --experiments 12,13', 'for two experiments; all else is not there for it'],
    ['export MLFLOW_TRACKING_TOKEN=$(millrace tokens create ci --scope read --expires 1d)', 'the token alone is on standard output'],
  ],
  async run(told) {
    const { given, env } = told
    const username = requireUser('tokens create', told)
    const { location } = readStorage(given, env)
    const terms = { name: textOf(given.name) ?? 'command line', scope: scopeOf(given), lasts_ms: lastsOf(given), ...narrowedBy(given) }
    const { createToken } = await import('@millrace/server/operate')
    const { token, secret } = await createToken(location, username, terms)
    const until = token.expires_ms === null ? 'without an end' : `until ${day(token.expires_ms)}`
    const on = onlyOn(token)
    process.stderr.write(
      `A token of ${username}, scope ${token.scopes}${on && `, only on ${on}`}, ${until}; id ${token.token_id}. It is shown once:\n`,
    )
    process.stdout.write(`${secret}\n`)
    return EXIT.fine
  },
}

const textOf = (value: string | boolean | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

function narrowedBy(given: Given) {
  const experiment_ids = listOf(given.experiments)
  const registered_models = listOf(given['registered-models'])
  const workspace = textOf(given.workspace)
  return { ...(experiment_ids && { experiment_ids }), ...(registered_models && { registered_models }), ...(workspace && { workspace }) }
}

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
