import type { Bundle } from './bundle.ts'
import type { Unchecked } from './json.ts'

/** What a keyless signature proves against a trusted root: who signed, and who vouched for them; or why it proves nothing. */
export type Proven = { readonly identity: string; readonly issuer: string } | { readonly problem: string }

/** Checks a keyless signature: certificate, log and time. It asks no network. */
export type KeylessCheck = (bundle: Bundle, trusted_root: Unchecked) => Proven
