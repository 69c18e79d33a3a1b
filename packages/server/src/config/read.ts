import { resolve } from 'node:path'
import { type Config, defaultSettings, type Settings } from '../config.ts'
import { ConfigProblem } from '../config-problem.ts'
import { defaultLocation, holdsPassword, inMemory, type Location, parseLocation, takesSeveralProcesses } from '../db/location.ts'
import { auditsOf } from './audits.ts'
import { refuseOpenBind } from './bind.ts'
import { loginOf } from './login.ts'
import type { Environment, Given } from './option.ts'
import { Picker } from './pick.ts'
import { policyFile } from './policy.ts'
import { type SecretKeys, secretKeysFrom } from './secret-keys.ts'
import { serverOptions } from './server-options.ts'
import { signingOf } from './signing.ts'
import { artifactsDestination, defaultArtifactRoot } from './storage.ts'
import { traceArchivalFile } from './trace-archival.ts'
import { webhookRules } from './webhooks.ts'

/** What `millrace server` was told, in full. */
export type ServerSetup = {
  readonly config: Omit<Config, 'log'>
  readonly workers: number
  readonly log_level: string
  /** Sentences for the log: what was asked for and is done differently. */
  readonly warnings: readonly string[]
}

/** Reads flags and variables, once. @throws ConfigProblem with a sentence that says what to do */
export function readServerSetup(given: Given, env: Environment): ServerSetup {
  refusePasswords(given)
  const pick = new Picker(serverOptions, given, env)
  const warnings = ignoredWarnings(pick)
  refuseWhatIsNotThere(pick)
  const host = pick.text('host')?.value ?? '127.0.0.1'
  const login = loginOf(pick, env, warnings)
  const signing = signingOf(pick, env)
  refuseOpenBind(host, pick.on('insecure-no-auth'), login !== undefined, warnings)
  const artifacts_only = pick.on('artifacts-only')
  const data_dir = resolve(pick.text('data-dir')?.value ?? 'millrace-data')
  const database = artifacts_only ? withoutDatabase(pick) : databaseOf(pick, env, data_dir)
  return {
    config: {
      host,
      port: pick.whole('port', 0, 65535, 5000),
      database,
      settings: settingsOf(pick, data_dir, artifacts_only),
      ...(login && { login }),
      ...(signing && { signing }),
      ...policyFile(pick),
      ...traceArchivalFile(pick),
      ...secretKeysFrom(env, database, data_dir),
      audits: auditsOf(pick),
      drain_ms: pick.whole('drain-seconds', 0, 86_400, 300) * 1000,
    },
    workers: workersOf(pick, database, warnings),
    log_level: pick.text('log-level')?.value ?? (pick.on('dev') ? 'debug' : 'info'),
    warnings,
  }
}

/** Where everything is that a server keeps. */
export type StorageSetup = {
  readonly location: Location
  readonly settings: Settings
  /** Of the settings, the places that were named; the others are defaults, and the server may have been told otherwise. */
  readonly told: Partial<Settings>
  readonly keys: SecretKeys
}

/** What a command of the shell works on (`millrace db check`, `millrace gc`): the same database and artifacts as the server's. */
export function readStorage(given: Given, env: Environment): StorageSetup {
  refusePasswords(given)
  const pick = new Picker(serverOptions, given, env)
  const data_dir = resolve(pick.text('data-dir')?.value ?? 'millrace-data')
  const location = databaseOf(pick, env, data_dir)
  const settings = settingsOf(pick, data_dir, false)
  return { location, settings, told: placesTold(pick, settings), keys: secretKeysFrom(env, location, data_dir) }
}

function placesTold(pick: Picker, settings: Settings): Partial<Settings> {
  const { artifacts_destination, default_artifact_root, serve_artifacts, allowed_artifact_roots } = settings
  return {
    ...(pick.askedBy('artifacts-destination') && { artifacts_destination }),
    ...(pick.askedBy('default-artifact-root') && { default_artifact_root }),
    ...(pick.askedBy('serve-artifacts') && { serve_artifacts }),
    ...(allowed_artifact_roots && { allowed_artifact_roots }),
  }
}

/**
 * A command line is seen by everyone on the machine, and is kept in the shell's history and in logs. `what` calls what was given.
 * @throws ConfigProblem, which says where the password goes instead, and not what it was
 */
export function refusePasswords(given: Given, what = (flag: string): string => `The URI of --${flag}`): void {
  for (const [flag, value] of Object.entries(given)) {
    if (typeof value !== 'string' || !holdsPassword(value)) continue
    const instead = /^https?:/i.test(value)
      ? 'Leave it out and give it in the variables MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or a token in ' +
        'MLFLOW_TRACKING_TOKEN.'
      : 'Leave it out of the URI and give it in MILLRACE_DB_PASSWORD, in a file that MILLRACE_DB_PASSWORD_FILE names, or in a password ' +
        'file that PGPASSFILE names; or give the whole URI in the variable MLFLOW_BACKEND_STORE_URI.'
    throw new ConfigProblem(
      `${what(flag)} holds a password, and everybody on this machine can read a command line. ${instead} ` +
        'Then change that password: it has been seen.',
    )
  }
}

function databaseOf(pick: Picker, env: Environment, data_dir: string): Location {
  const backend = pick.text('backend-store-uri')
  return backend ? parseLocation(backend.value, env) : defaultLocation(data_dir)
}

/** A server for artifacts alone has no runs to keep, and would not see what others freeze. */
function withoutDatabase(pick: Picker): Location {
  const asked = pick.askedBy('backend-store-uri')
  if (asked) throw new ConfigProblem(`--artifacts-only serves without a database: leave out ${asked}.`)
  return inMemory
}

function settingsOf(pick: Picker, data_dir: string, artifacts_only: boolean): Settings {
  const destination = artifactsDestination(pick.text('artifacts-destination'), data_dir)
  const serve_artifacts = pick.on('serve-artifacts', true)
  if (artifacts_only && !serve_artifacts) throw new ConfigProblem('--artifacts-only and --no-serve-artifacts leave nothing to serve.')
  return {
    ...defaultSettings(destination),
    default_artifact_root: defaultArtifactRoot(pick.text('default-artifact-root'), serve_artifacts, destination),
    serve_artifacts,
    artifacts_only,
    ...limitsOfArtifacts(pick),
    ...sourcePattern(pick),
    static_prefix: staticPrefix(pick),
    allowed_hosts: pick.list('allowed-hosts'),
    cors_allowed_origins: pick.list('cors-allowed-origins'),
    ...webhookRules(pick),
    ...(pick.on('refuse-secrets') && { refuse_secrets: true }),
    ...(pick.askedBy('audit-log') && { audit_log: pick.on('audit-log') }),
    x_frame_options: (pick.text('x-frame-options')?.value ?? 'DENY') as Settings['x_frame_options'],
    ...workspacesOf(pick, artifacts_only),
    expose_prometheus: pick.askedBy('expose-prometheus') !== undefined,
  }
}

function workspacesOf(pick: Picker, artifacts_only: boolean): Partial<Settings> {
  if (!pick.on('enable-workspaces')) return {}
  const asked = pick.askedBy('enable-workspaces')
  if (artifacts_only) throw new ConfigProblem(`--artifacts-only serves without a database, so it knows no workspaces: leave out ${asked}.`)
  const root = pick.text('default-artifact-root')
  if (root && /(^|[/:])workspaces(\/[^/]*)?\/*$/.test(root.value)) {
    throw new ConfigProblem(`${root.from} ends in "workspaces", where ${asked} makes a folder for each workspace: take another root.`)
  }
  return { workspaces: true }
}

function limitsOfArtifacts(pick: Picker): Partial<Settings> {
  const roots = pick.list('allowed-artifact-roots')
  const most = pick.text('artifact-max-bytes') && pick.whole('artifact-max-bytes', 1, Number.MAX_SAFE_INTEGER, 1)
  const free = pick.text('artifacts-keep-free-bytes') && pick.whole('artifacts-keep-free-bytes', 0, Number.MAX_SAFE_INTEGER, 0)
  return {
    ...(roots.length > 0 && { allowed_artifact_roots: roots }),
    ...(most !== undefined && { artifact_max_bytes: most }),
    ...(free !== undefined && { artifacts_keep_free_bytes: free }),
  }
}

function sourcePattern(pick: Picker): Partial<Settings> {
  const picked = pick.text('model-source-pattern')
  if (!picked) return {}
  try {
    new RegExp(picked.value, 'u')
  } catch (error) {
    throw new ConfigProblem(`${picked.from} is no regular expression: ${(error as Error).message}.`)
  }
  return { model_source_pattern: picked.value }
}

function staticPrefix(pick: Picker): string {
  const picked = pick.text('static-prefix')
  if (!picked) return ''
  if (/^(\/[A-Za-z0-9._~-]+)+$/.test(picked.value)) return picked.value
  throw new ConfigProblem(`${picked.from} begins with "/" and does not end with one, like /mlflow; "${picked.value}" can't be a prefix.`)
}

function workersOf(pick: Picker, database: Location, warnings: string[]): number {
  const workers = pick.whole('workers', 1, 128, 1)
  if (workers === 1 || takesSeveralProcesses(database)) return workers
  warnings.push(
    `One process serves a database that is a file, and shares commits among writers: ${workers} workers were asked for, 1 runs.`,
  )
  return 1
}

function refuseWhatIsNotThere(pick: Picker): void {
  const registry = pick.text('registry-store-uri')
  const backend = pick.text('backend-store-uri')
  if (registry && registry.value !== backend?.value) {
    throw new ConfigProblem(
      `${registry.from} names another database than the backend store. Millrace keeps everything in one: leave it out.`,
    )
  }
}

const WITHOUT_EFFECT = [
  'gunicorn-opts',
  'waitress-opts',
  'uvicorn-opts',
  'read-replica-backend-store-uri',
  'secrets-cache-ttl',
  'secrets-cache-max-size',
  'workspace-store-uri',
] as const

function ignoredWarnings(pick: Picker): string[] {
  const warnings: string[] = []
  for (const flag of WITHOUT_EFFECT) {
    const asked = pick.askedBy(flag)
    const about = serverOptions.find((option) => option.flag === flag)?.about
    if (asked) warnings.push(`${asked} has no effect: ${about}.`)
  }
  for (const flag of ['dev', 'disable-security-middleware']) {
    const about = serverOptions.find((option) => option.flag === flag)?.about
    if (pick.on(flag)) warnings.push(`${pick.askedBy(flag)} has no effect: ${about}.`)
  }
  return warnings
}
