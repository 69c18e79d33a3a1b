const NAMED = /[?&]workspace=([^&]*)/

/** A workspace's name among an address's values, which are read as JSON where they are any: 2024 is a number there. */
export const workspaceNamed = (value: unknown): string | undefined =>
  value !== '' && ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined

/** The workspace that an address of this page is about, `#/models?workspace=team-a`; undefined where it names none. */
export function workspaceIn(hash: string): string | undefined {
  const text = NAMED.exec(hash)?.[1]
  if (text === undefined) return undefined
  try {
    const plain = decodeURIComponent(text)
    return workspaceNamed(isJson(plain) ? JSON.parse(plain) : plain)
  } catch {
    return undefined
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/**
 * The workspace that all of this page is about, until it is loaded anew: what was asked for, kept or begun in one workspace never meets
 * another. Undefined is the server's default.
 */
export const workspace: string | undefined = workspaceIn(globalThis.location?.hash ?? '')

/** The address of a workspace's beginning; without a name, of the default one's. */
export const workspaceAddress = (name: string | undefined): string =>
  name === undefined || name === 'default'
    ? '#/experiments'
    : `#/experiments?${new URLSearchParams({ workspace: isJson(name) ? JSON.stringify(name) : name })}`

/** The header of a request that says which workspace it is about. Which workspaces there are is nobody's own. */
export function workspaceHeader(path: string): Record<string, string> {
  const isOfServer = /\/api\/3\.0\/mlflow\/(workspaces|server-info)(\/|\?|$)/.test(path)
  return workspace === undefined || isOfServer ? {} : { 'x-mlflow-workspace': workspace }
}
