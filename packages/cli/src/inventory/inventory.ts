import { resolve } from 'node:path'
import { MillraceClient } from '@millrace/client'
import { ConfigProblem, type Environment, type Given, type Option, refusePasswords } from '@millrace/server/config'
import type { Command } from '../command.ts'
import { progress } from '../progress.ts'
import { JSON_OPTION } from '../rows.ts'
import { trackingClient } from '../signing/tracking.ts'
import type { Found, Unread } from './found.ts'

/** Exit codes of an inventory: what a pipeline goes by. */
export const INVENTORY_EXIT = { all_known: 0, unknown: 1, malicious: 2 } as const

const group = 'What is compared'
const options: readonly Option[] = [
  {
    flag: 'server',
    variables: ['MLFLOW_TRACKING_URI'],
    value: '<url>',
    about: 'The registry; its login is in MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and _PASSWORD',
    fallback: 'none: nothing is known then',
    group,
  },
  {
    flag: 'tracking-uri',
    value: '<url>',
    about:
      'Another MLflow server, or several with commas between, whose versions and logged models are looked for in the registry; ' +
      'its login is in ' +
      'MILLRACE_INVENTORY_TOKEN, or MILLRACE_INVENTORY_USERNAME and _PASSWORD',
    group,
  },
  { flag: 'keep', about: 'Have the registry keep the inventory: its page shows it to you and to admins', group },
  { flag: 'name', value: '<name>', about: 'What the kept inventory is called', fallback: 'the machine, and where was looked', group },
  JSON_OPTION,
  { flag: 'csv', about: 'Answer as CSV, for spreadsheets', group: 'Output' },
]

/** `millrace inventory` */
export const inventory: Command = {
  name: 'inventory',
  about: 'Find models outside the registry: unknown, changed or malicious files, and what other servers have',
  options,
  argument: { name: 'path', about: 'Folders, repositories, files, and s3://bucket/prefix', many: true },
  details:
    'What is a model, its content decides, not its name; node_modules, .git and virtual environments are left out, and links are not ' +
    'followed. The digests of models are sent to the registry, with their paths; their contents are not. What is in no clean version is ' +
    'scanned on this machine, in a process that can do nothing but read. A file is "changed" where the registry has another one at its ' +
    'path. Exit codes: 0 all are known, 1 some are unknown or changed or could not be read, 2 something is malicious, or what was typed ' +
    'can not be followed.',
  examples: [
    ['millrace inventory /srv/models ~/work --server http://127.0.0.1:5000', 'folders of this machine'],
    ['millrace inventory s3://models --server http://127.0.0.1:5000', 'a bucket, by AWS_* and MLFLOW_S3_ENDPOINT_URL'],
    ['millrace inventory /srv/models --keep', 'and the page of the registry in MLFLOW_TRACKING_URI shows it'],
    ['millrace inventory . --csv > models.csv', 'as a table, with the registry in MLFLOW_TRACKING_URI'],
    [
      'millrace inventory --tracking-uri http://mlflow:5000 --server http://127.0.0.1:5000',
      'what another server has and the registry has not',
    ],
  ],
  async run({ given, args, env }) {
    const others = otherServers(given, env)
    if (args.length === 0 && others.length === 0)
      throw new ConfigProblem('millrace inventory needs to know where to look: millrace inventory ./models')
    if (given.json && given.csv) throw new ConfigProblem('--json and --csv are two answers: choose one.')
    const registry = registryOf(given, env)
    if (given.keep === true && !registry) throw new ConfigProblem('--keep needs a server that keeps it: name one with --server.')
    const found: Found[] = []
    const unread: Unread[] = []
    let looked_at = 0
    if (args.length > 0) {
      const files = await ofFiles(args, registry, env)
      found.push(...files.found)
      unread.push(...files.unread)
      looked_at = files.looked_at
    }
    for (const other of others) {
      const { modelsOf } = await import('./other-server.ts')
      found.push(...(await modelsOf(other, registry)))
    }
    if (given.keep === true && registry) {
      const { keepInventory, nameOf } = await import('./keep.ts')
      const name = typeof given.name === 'string' ? given.name : nameOf([...args, ...others.map(({ options: { url } }) => url)])
      const id = await keepInventory(registry, name, { found, unread, looked_at })
      process.stderr.write(`Kept as ${id}: ${registry.options.url}/#/inventory?report=${id}\n`)
    }
    const { csvInventory, jsonInventory, textInventory } = await import('./report.ts')
    const write = given.json ? jsonInventory : given.csv ? csvInventory : textInventory
    process.stdout.write(write({ found, unread, looked_at }))
    if (found.some(({ status }) => status === 'malicious')) return INVENTORY_EXIT.malicious
    return unread.length > 0 || found.some(({ status }) => status !== 'known') ? INVENTORY_EXIT.unknown : INVENTORY_EXIT.all_known
  },
}

async function ofFiles(
  places: readonly string[],
  registry: MillraceClient | undefined,
  env: Environment,
): Promise<{ found: Found[]; unread: Unread[]; looked_at: number }> {
  const { findModels } = await import('./find-models.ts')
  const { hashed, judged, knownTo } = await import('./judge-files.ts')
  const tell = progress()
  const paths = places.filter((place) => !place.startsWith('s3://'))
  const search = await findModels(paths, (count, path) => tell(() => `${count} files looked at: ${path}`))
  const { files, unread } = await hashed(search.models, (bytes, of) => tell(() => `${Math.floor((bytes / of) * 100)} % hashed`))
  const answers = await knownTo(registry, files)
  const roots = paths.map((path) => resolve(path))
  const found = await judged(files, answers, roots, ({ done, of, file }) => tell(() => `${done} of ${of} scanned: ${file}`))
  let { looked_at } = search
  for (const place of places) {
    if (!place.startsWith('s3://')) continue
    const stored = await (await import('./stored-models.ts')).storedModels(place, registry, env, tell)
    found.push(...stored.found)
    looked_at += stored.looked_at
  }
  return { found, unread: [...search.unread, ...unread], looked_at }
}

function registryOf(given: Given, env: Environment): MillraceClient | undefined {
  if (given.server || env.MLFLOW_TRACKING_URI) return trackingClient({ 'tracking-uri': given.server }, env)
  process.stderr.write('No registry is asked, so that nothing is known: name one with --server.\n')
  return undefined
}

/** Other servers have a login of their own: the registry's is never sent to them, and one's own not to several. */
function otherServers(given: Given, env: Environment): MillraceClient[] {
  refusePasswords(given)
  const told = given['tracking-uri']
  if (typeof told !== 'string') return []
  const urls = told.split(',').map((url) => url.trim())
  if (!urls.every((url) => /^https?:\/\//.test(url))) {
    throw new ConfigProblem('--tracking-uri takes the address of a server, like http://mlflow:5000.')
  }
  const { MILLRACE_INVENTORY_TOKEN: token, MILLRACE_INVENTORY_USERNAME: username, MILLRACE_INVENTORY_PASSWORD: password } = env
  if (urls.length > 1 && (token || password)) {
    throw new ConfigProblem('--tracking-uri names several servers, and a login is sent to one only: ask those that need one by themselves.')
  }
  return urls.map((url) => new MillraceClient({ url, token, username, password }))
}
