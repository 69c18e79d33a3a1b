import { hash, randomBytes } from 'node:crypto'
import type { Configuration } from 'openid-client'
import type { OidcSettings } from '../../config.ts'
import { fetchWithin } from '../../egress/index.ts'

/** A person, as their identity provider knows them. `subject` is the only name that stays theirs. */
export type Person = {
  readonly issuer: string
  readonly subject: string
  readonly name: string
  readonly groups: readonly string[]
}

const SECRET_LENGTH = 43
const GROUPS_MAX = 1_000
const DISCOVERED_AGAIN_MS = 60 * 60_000

/** Starts a way through the provider: what the browser keeps in its cookie until it comes back. */
export const newFlow = (next: string): string => randomBytes(32).toString('base64url') + Buffer.from(next).toString('base64url')

/** Where the browser was going when the way began. */
export const nextOf = (flow: string): string => Buffer.from(flow.slice(SECRET_LENGTH), 'base64url').toString('utf8')

/**
 * State, nonce and PKCE's verifier are made of the secret in the browser's cookie: only the browser in which the way began can end it, and
 * the server keeps nothing meanwhile, whichever of its processes is asked.
 */
function bindingsOf(flow: string): { state: string; nonce: string; verifier: string } {
  const made = (purpose: string): string => hash('sha256', `${purpose} ${flow.slice(0, SECRET_LENGTH)}`, 'base64url')
  return { state: made('state'), nonce: made('nonce'), verifier: made('verifier') }
}

/** An OpenID Connect provider: the code flow with PKCE, by `openid-client`, which is loaded when somebody signs in there first. */
export class Provider {
  readonly settings: OidcSettings
  #known: Promise<Configuration> | undefined
  #known_ms = 0

  constructor(settings: OidcSettings) {
    this.settings = settings
  }

  /** The provider's address to which the browser goes. */
  async start(flow: string, redirect_uri: string): Promise<URL> {
    const client = await import('openid-client')
    const { state, nonce, verifier } = bindingsOf(flow)
    return client.buildAuthorizationUrl(await this.#configuration(), {
      redirect_uri,
      scope: this.settings.scopes,
      state,
      nonce,
      code_challenge: hash('sha256', verifier, 'base64url'),
      code_challenge_method: 'S256',
    })
  }

  /** Who came back. @throws Error when the provider doesn't confirm it, or when the browser is another one */
  async finish(flow: string, called: URL): Promise<Person> {
    const client = await import('openid-client')
    const configuration = await this.#configuration()
    const { state, nonce, verifier } = bindingsOf(flow)
    const tokens = await client.authorizationCodeGrant(configuration, called, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (!claims) throw new Error('the provider sent no ID token')
    const { userinfo_endpoint } = configuration.serverMetadata()
    // Many providers tell names and groups there alone.
    const info = userinfo_endpoint ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub) : {}
    return this.#personOf({ ...info, ...claims })
  }

  #personOf(claims: Readonly<Record<string, unknown>> & { iss: string; sub: string }): Person {
    const { username_claim, groups_claim } = this.settings
    const names = [claims[username_claim], claims.preferred_username, claims.email, claims.sub]
    const groups = [claims[groups_claim] ?? []].flat().filter((one): one is string => typeof one === 'string')
    return {
      issuer: claims.iss,
      subject: claims.sub,
      name: names.find((one): one is string => typeof one === 'string' && one !== '') ?? claims.sub,
      groups: groups.slice(0, GROUPS_MAX),
    }
  }

  #configuration(): Promise<Configuration> {
    const now_ms = Date.now()
    if (!this.#known || now_ms - this.#known_ms > DISCOVERED_AGAIN_MS) {
      this.#known_ms = now_ms
      const known = this.#discover()
      this.#known = known
      // A provider that was away for a moment is asked again.
      known.catch(() => {
        if (this.#known === known) this.#known = undefined
      })
    }
    return this.#known
  }

  async #discover(): Promise<Configuration> {
    const client = await import('openid-client')
    const { issuer, client_id, client_secret } = this.settings
    const url = new URL(issuer)
    const fetch = fetchWithin([url.host])
    return client.discovery(url, client_id, client_secret?.reveal(), undefined, {
      [client.customFetch]: (address, options) => fetch(address, options as RequestInit),
      // The configuration allows it for this machine only.
      ...(url.protocol === 'http:' && { execute: [client.allowInsecureRequests] }),
    })
  }
}
