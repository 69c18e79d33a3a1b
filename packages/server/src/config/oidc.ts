import type { OidcSettings } from '../config.ts'
import { ConfigProblem } from '../config-problem.ts'
import { secretIn } from '../named-file.ts'
import { Secret } from '../secret.ts'
import { isLoopback } from './bind.ts'
import type { Environment, Option } from './option.ts'
import type { Picker } from './pick.ts'

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Identity provider (OpenID Connect), with --auth' })

/** Flags about signing in with an identity provider. */
export const oidcOptions: readonly Option[] = [
  own({
    flag: 'oidc-issuer',
    variables: ['MILLRACE_OIDC_ISSUER'],
    value: '<url>',
    fallback: 'none',
    about: 'The provider, whose people may sign in: the address below which .well-known/openid-configuration is',
  }),
  own({ flag: 'oidc-client-id', variables: ['MILLRACE_OIDC_CLIENT_ID'], value: '<id>', about: 'What the provider calls this server' }),
  own({
    flag: 'oidc-name',
    variables: ['MILLRACE_OIDC_NAME'],
    value: '<name>',
    fallback: "the issuer's host",
    about: 'What the login page calls the provider',
  }),
  own({
    flag: 'oidc-scopes',
    variables: ['MILLRACE_OIDC_SCOPES'],
    value: '<scopes>',
    fallback: 'openid profile email',
    about: 'What the provider is asked for; some tell groups only when asked for groups',
  }),
  own({
    flag: 'oidc-username-claim',
    variables: ['MILLRACE_OIDC_USERNAME_CLAIM'],
    value: '<claim>',
    fallback: 'preferred_username',
    about: 'The claim that names a new account; e-mail address and subject are taken where it is not there',
  }),
  own({
    flag: 'oidc-groups-claim',
    variables: ['MILLRACE_OIDC_GROUPS_CLAIM'],
    value: '<claim>',
    fallback: 'groups',
    about: 'The claim that lists groups: whoever is in one that exists here by the same name is a member of it',
  }),
  own({
    flag: 'oidc-allowed-groups',
    variables: ['MILLRACE_OIDC_ALLOWED_GROUPS'],
    value: '<groups>',
    fallback: 'everybody whom the provider knows',
    about: 'Groups of the provider, separated by commas, whose members may sign in',
  }),
  own({
    flag: 'oidc-admin-groups',
    variables: ['MILLRACE_OIDC_ADMIN_GROUPS'],
    value: '<groups>',
    fallback: 'none: the provider makes no administrators',
    about: 'Groups of the provider, separated by commas, whose members are administrators here, and nobody else who comes from it',
  }),
  own({
    flag: 'public-url',
    variables: ['MILLRACE_PUBLIC_URL'],
    value: '<url>',
    fallback: 'the address that the browser called',
    about: 'How browsers call this server, without --static-prefix; the provider sends them back to /login/oidc/callback below it',
  }),
]

/** The identity provider; undefined when there is none. @throws ConfigProblem */
export function oidcOf(pick: Picker, env: Environment): OidcSettings | undefined {
  const issuer = pick.text('oidc-issuer')
  if (!issuer) return undefined
  requireUrl(issuer.value, issuer.from)
  const client_id = pick.text('oidc-client-id')?.value
  if (!client_id) throw new ConfigProblem(`${issuer.from} needs --oidc-client-id: what the provider calls this server.`)
  const public_url = pick.text('public-url')
  if (public_url) requireUrl(public_url.value, public_url.from)
  const secret = secretIn(env, 'MILLRACE_OIDC_CLIENT_SECRET')
  const scopes = pick.text('oidc-scopes')?.value ?? 'openid profile email'
  if (!scopes.split(' ').includes('openid')) throw new ConfigProblem(`--oidc-scopes needs "openid" among "${scopes}".`)
  return {
    issuer: issuer.value,
    client_id,
    ...(secret && { client_secret: new Secret(secret) }),
    name: pick.text('oidc-name')?.value ?? new URL(issuer.value).host,
    scopes,
    username_claim: pick.text('oidc-username-claim')?.value ?? 'preferred_username',
    groups_claim: pick.text('oidc-groups-claim')?.value ?? 'groups',
    allowed_groups: pick.list('oidc-allowed-groups'),
    admin_groups: pick.list('oidc-admin-groups'),
    ...(public_url && { public_url: public_url.value }),
  }
}

/** Tokens and names go over it: in the clear, they stay on this machine. */
function requireUrl(text: string, from: string): void {
  const url = URL.parse(text)
  const ok = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (ok && url && url.username === '' && url.search === '' && url.hash === '') return
  throw new ConfigProblem(`${from} is an address like https://login.example.com, by https unless it is on this machine; "${text}" is not.`)
}
