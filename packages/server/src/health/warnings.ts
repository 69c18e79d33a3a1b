import type { Settings } from '../config.ts'
import type { Context } from '../http/context.ts'

/** Something about how a server is set up that its administrator should know: what it means, and what to do about it. */
export type Warning = { readonly what: string; readonly cure: string }

type Asked = Pick<Context, 'caller' | 'default_permission' | 'settings'>

/** What is open at a server, as far as its settings say. */
export function warningsOf({ caller, default_permission, settings }: Asked): Warning[] {
  const found: Warning[] = []
  const warn = (is_so: boolean, what: string, cure: string): void => {
    if (is_so) found.push({ what, cure })
  }
  // Whoever is nobody's account came without login.
  const has_login = caller.user_id !== 0
  warn(!has_login, 'Nobody signs in: whoever reaches this server is its owner.', 'Start it with --auth before others can reach it.')
  warn(
    has_login && (default_permission === 'EDIT' || default_permission === 'MANAGE'),
    `Every account may ${default_permission.toLowerCase()} what nobody granted it.`,
    'Say default_permission = READ or NO_PERMISSIONS in the file of --auth-config, and grant the rest by roles.',
  )
  warn(
    !(settings.audit_log ?? has_login),
    'No audit log is kept: nobody can tell later who did what.',
    'Start the server with --audit-log; with --auth it is kept unless you turn it off.',
  )
  for (const [what, cure] of openDoors(settings)) warn(true, what, cure)
  return found
}

function openDoors({
  allowed_hosts,
  cors_allowed_origins,
  x_frame_options,
  webhook_allowed_schemes = [],
  expose_prometheus,
}: Settings): [what: string, cure: string][] {
  const doors: [boolean, string, string][] = [
    [
      allowed_hosts.includes('*'),
      'The server answers under every name, also one that somebody else’s page gives it.',
      'Name those under which it is called: --allowed-hosts ml.example.com.',
    ],
    [
      cors_allowed_origins.includes('*'),
      'Pages of every site may call this server from a visitor’s browser.',
      'Name the sites: --cors-allowed-origins https://app.example.com.',
    ],
    [
      x_frame_options === 'NONE',
      'Any page may show this one in a frame, and catch clicks that are meant for it.',
      'Leave --x-frame-options out, or say SAMEORIGIN.',
    ],
    [
      webhook_allowed_schemes.includes('http'),
      'Webhooks may be sent without encryption.',
      'Leave http out of the schemes that webhooks may have.',
    ],
    [expose_prometheus, '/metrics answers whoever asks.', 'Let only the scraper reach it: it holds numbers by route, and no names.'],
  ]
  return doors.filter(([is_so]) => is_so).map(([, what, cure]) => [what, cure])
}
