import { useQuery } from '@tanstack/react-query'
import { workspaceHeader } from './workspace.ts'

/** Who looks at the page. Without login the name is empty, and everything is allowed. */
export type Session = { readonly username: string; readonly is_admin: boolean; readonly csrf_token?: string }

const NOBODY: Session = { username: '', is_admin: true }
const SAFE = new Set(['GET', 'HEAD'])

const base = new URL('.', document.baseURI)
let session: Promise<Session> | undefined

/** Where people sign in, and come back from to the page that they were looking at. */
export const loginAddress = (): string => `${base.pathname}login?${new URLSearchParams({ next: base.pathname + location.hash })}`

async function ask(): Promise<Session> {
  const answer = await fetch(new URL('api/2.0/millrace/sessions/current', base))
  if (answer.status === 401) location.assign(loginAddress())
  return answer.ok ? await answer.json() : NOBODY
}

/** Who looks. It is asked once, and the first change that the page sends waits for it. */
export const currentSession = (): Promise<Session> => {
  session ??= ask()
  return session
}

/**
 * The browser's fetch, with what proves to the server that a change was asked for by this page and not by another one (security case
 * BR-04). Whoever is not signed in any more is led to where that is done.
 */
export const sessionFetch: typeof fetch = async (url, init = {}) => {
  const headers = new Headers(init.headers)
  if (!SAFE.has(init.method ?? 'GET')) {
    const { csrf_token } = await currentSession()
    if (csrf_token) headers.set('X-Millrace-CSRF', csrf_token)
  }
  const path = url instanceof Request ? url.url : String(url)
  for (const [name, value] of Object.entries(workspaceHeader(path))) headers.set(name, value)
  const answer = await fetch(url, { ...init, headers })
  if (answer.status === 401) location.assign(loginAddress())
  return answer
}

/** Who is signed in; undefined while nobody knows yet. */
export function useSession(): Session | undefined {
  return useQuery({ queryKey: ['session'], queryFn: currentSession, staleTime: Number.POSITIVE_INFINITY }).data
}

/** Ends the session, and goes to where one begins. */
export async function signOut(): Promise<void> {
  await sessionFetch(new URL('logout', base), { method: 'POST', redirect: 'manual' })
  location.assign(loginAddress())
}
