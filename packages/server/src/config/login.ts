import { LEVELS } from '../access/level.ts'
import { requireGoodPassword } from '../access/password.ts'
import type { Login, UserQuota } from '../config.ts'
import { ConfigProblem } from '../config-problem.ts'
import { secretIn, textOfFile } from '../named-file.ts'
import { Secret } from '../secret.ts'
import { oidcOf } from './oidc.ts'
import type { Environment } from './option.ts'
import type { Picker } from './pick.ts'

/** Whether people have to sign in, and what MLflow's file says of it; undefined when they don't. @throws ConfigProblem */
export function loginOf(pick: Picker, env: Environment, warnings: string[]): Login | undefined {
  const app = pick.text('app-name')
  if (app && app.value !== 'basic-auth') {
    throw new ConfigProblem(`--app-name ${app.value}: Millrace loads no apps of MLflow; it knows basic-auth, its own login.`)
  }
  if (!app && !pick.on('auth')) return undefined
  if (pick.on('artifacts-only'))
    throw new ConfigProblem('--artifacts-only serves without a database, so it has no accounts: leave one out.')
  const file = pick.text('auth-config')
  const settings = file ? settingsIn(file.value) : new Map<string, string>()
  warnOfUnused(settings, warnings)
  const level = settings.get('default_permission') ?? 'READ'
  const default_permission = LEVELS.find((one) => one === level)
  if (!default_permission) throw new ConfigProblem(`default_permission is one of ${LEVELS.join(', ')}, not "${level}".`)
  const admin_username = settings.get('admin_username') || 'admin'
  const password = secretIn(env, 'MILLRACE_ADMIN_PASSWORD') ?? settings.get('admin_password')
  if (password) requirePassword(password, admin_username)
  const oidc = oidcOf(pick, env)
  return {
    ...(oidc && { oidc }),
    user_quota: userQuota(pick),
    default_permission,
    default_workspace_is_open: settings.get('grant_default_workspace_access')?.toLowerCase() === 'true',
    admin_username,
    ...(password && { admin_password: new Secret(password) }),
  }
}

function userQuota(pick: Picker): UserQuota {
  const limit = (flag: string, min: number): number | undefined => pick.text(flag) && pick.whole(flag, min, Number.MAX_SAFE_INTEGER, min)
  const requests_per_second = limit('user-requests-per-second', 1)
  const concurrent_uploads = limit('user-concurrent-uploads', 1)
  const upload_bytes_per_day = limit('user-upload-bytes-per-day', 0)
  return {
    ...(requests_per_second !== undefined && { requests_per_second }),
    ...(concurrent_uploads !== undefined && { concurrent_uploads }),
    ...(upload_bytes_per_day !== undefined && { upload_bytes_per_day }),
  }
}

function requirePassword(password: string, username: string): void {
  try {
    requireGoodPassword(password, username)
  } catch (error) {
    const said = (error as Error).message
    throw new ConfigProblem(
      `The first admin's password is refused. ${said} Change it where it was given (MILLRACE_ADMIN_PASSWORD, or admin_password in the ` +
        'file of --auth-config), or leave it out: the first start then shows a token by which the admin sets one.',
    )
  }
}

/** The lines of MLflow's ini file; it has one section, and values may stand in no quotes. */
function settingsIn(path: string): Map<string, string> {
  const lines = textOfFile(path, '--auth-config')
    .split(/\r?\n/)
    .map((line) => line.trim())
  const found = lines.map((line) => /^([a-z_]+)\s*[=:]\s*(.*)$/.exec(line)).filter((match) => match !== null)
  return new Map(found.map(([, name = '', value = '']) => [name, value]))
}

function warnOfUnused(settings: ReadonlyMap<string, string>, warnings: string[]): void {
  if (settings.has('database_uri')) warnings.push('database_uri of --auth-config has no effect: accounts are kept in the backend store.')
  const authorize = settings.get('authorization_function')
  if (authorize && !authorize.endsWith(':authenticate_request_basic_auth')) {
    warnings.push(`authorization_function of --auth-config has no effect: Millrace loads no Python, so ${authorize} is not asked.`)
  }
}
