import { SignatureProblem } from '../problem.ts'

/** What an identity token says of itself; Fulcio checks whether it is true. */
export type Claims = { readonly subject: string; readonly issuer: string; readonly expires_ms: number | undefined }

/** Reads an identity token without believing it. @throws SignatureProblem, which never shows it */
export function claimsIn(token: string, now_ms: number): Claims {
  const [, payload = ''] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token) ?? []
  let claims: Record<string, unknown> = {}
  try {
    claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
  } catch {
    throw new SignatureProblem('The identity token is none: it is a JWT, three parts with dots between them.')
  }
  const { email, sub, iss, exp } = claims ?? {}
  const subject = typeof email === 'string' ? email : sub
  if (typeof subject !== 'string' || typeof iss !== 'string') {
    throw new SignatureProblem('The identity token names nobody: it needs "iss", and "email" or "sub".')
  }
  const expires_ms = typeof exp === 'number' ? exp * 1000 : undefined
  if (expires_ms !== undefined && expires_ms < now_ms) {
    throw new SignatureProblem(`The identity token is no longer good: it was until ${new Date(expires_ms).toISOString()}. Get a new one.`)
  }
  return { subject, issuer: iss, expires_ms }
}
