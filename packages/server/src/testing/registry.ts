import assert from 'node:assert/strict'
import type { Answer, TestServer } from './server.ts'

/** A call of the registry under either prefix: `call(server, '/ajax-api', 'POST', 'model-versions/create', {...})`. */
export function callRegistry(
  server: TestServer,
  prefix: string,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  fields: Record<string, unknown> = {},
): Promise<Answer> {
  const url = `${prefix}/2.0/mlflow/${path}`
  if (method !== 'GET') return server.call(method, url, fields)
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) query.append(name, String(one))
  return server.call('GET', `${url}?${query}`)
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads the answer's JSON as it expects it
type Ask = (path: string, fields?: object) => Promise<any>

/** The registry's endpoints as functions that give the answer's body, and fail on any other status than 200. */
export function registryOf(server: TestServer): Record<'get' | 'post' | 'patch' | 'delete', Ask> {
  const of =
    (method: 'GET' | 'POST' | 'PATCH' | 'DELETE'): Ask =>
    async (path, fields = {}) => {
      const answer = await callRegistry(server, '/api', method, path, fields as Record<string, unknown>)
      assert.equal(answer.status, 200, `${method} ${path}: ${answer.text}`)
      return answer.body
    }
  return { get: of('GET'), post: of('POST'), patch: of('PATCH'), delete: of('DELETE') }
}
