import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A real OpenID Connect provider on this machine: whatever name one types there, one is; what groups they are in is the test's to say. */
export type IdentityProvider = {
  readonly issuer: string
  readonly client_id: string
  readonly client_secret: string
  readonly groups: Map<string, readonly string[]>
  stop(): Promise<void>
}

/** Starts it. `localhost` is another site to browsers than `127.0.0.1`, as a provider is. */
export async function startIdentityProvider(redirect_uri: string): Promise<IdentityProvider> {
  // The package has no types of its own.
  const { default: Provider } = await import('oidc-provider' as string)
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, 'localhost', done))
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const client_id = 'millrace'
  const client_secret = randomBytes(24).toString('base64url')
  const groups = new Map<string, readonly string[]>()
  const provider = new Provider(issuer, {
    clients: [{ client_id, client_secret, redirect_uris: [redirect_uri] }],
    claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups'] },
    cookies: { keys: ['one of this test'] },
    pkce: { required: () => true },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: `subject-of-${id}`, preferred_username: id, groups: groups.get(id) ?? [] }),
    }),
  })
  server.on('request', provider.callback())
  return {
    issuer,
    client_id,
    client_secret,
    groups,
    stop: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}
