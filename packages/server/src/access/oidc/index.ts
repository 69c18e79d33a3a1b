/** Signing in with an OpenID Connect provider. */
export { accountOf } from './identity-store.ts'
export { newFlow, nextOf, type Person, Provider } from './provider.ts'
