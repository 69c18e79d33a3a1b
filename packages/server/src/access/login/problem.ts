import { LoginRefused } from '../../http/login-record.ts'

/** What the login page can say; its address names one of these, and none of its words. */
export const PROBLEMS = {
  wrong: 'That name and password do not belong together.',
  locked: 'Too many attempts have failed: wait a few minutes.',
  stale: 'The page was open for too long, or cookies are off: try again.',
  provider: 'The identity provider did not confirm who you are: try again, or ask whoever runs this server.',
  unknown: 'You have no account here, or it was shut out: ask whoever runs this server.',
  ended: 'You are signed out.',
} as const
export type Problem = keyof typeof PROBLEMS

/** A refusal that leads a person back to the page with a sentence, and is recorded as any refused login. */
export class SignInFailed extends LoginRefused {
  override get status(): number {
    return 303
  }
}

/** The login page's address. */
export function loginPath(static_prefix: string, problem?: Problem, next?: string): string {
  const query = new URLSearchParams({ ...(problem && { problem }), ...(next !== undefined && { next }) }).toString()
  return `${static_prefix}/login${query === '' ? '' : `?${query}`}`
}
