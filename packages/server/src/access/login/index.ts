import type { Endpoint } from '../../http/endpoint.ts'
import { loginAsset } from './asset.ts'
import { oidcCallback } from './callback.ts'
import { loginForm } from './form.ts'
import { logout } from './logout.ts'
import { loginWithOidc } from './oidc.ts'
import { signIn } from './sign-in.ts'
import { signupForm } from './signup.ts'

export { escaped, fieldsOf, formPage, isOwnForm } from './page.ts'

/** Where people sign in and out with a browser. */
export const loginEndpoints: readonly Endpoint[] = [loginForm, loginAsset, signIn, loginWithOidc, oidcCallback, logout, signupForm]
