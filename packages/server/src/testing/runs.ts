import assert from 'node:assert/strict'
import type { TestServer } from './server.ts'

let experiments = 0

/** Starts a run in an experiment of its own. */
export async function startRun(server: TestServer, run: Record<string, unknown> = {}): Promise<string> {
  const { experiment_id } = (await server.post('experiments/create', { name: `e${++experiments}` })).body
  const answer = await server.post('runs/create', { experiment_id, ...run })
  assert.equal(answer.status, 200, answer.text)
  return answer.body.run.info.run_id
}

/** A run as the server tells of it; `metrics`, `params` and `tags` by their keys. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads the answer's JSON as it expects it
export async function readRun(server: TestServer, run_id: string): Promise<{ info: any; metrics: any; params: any; tags: any }> {
  const { info, data } = (await server.get('runs/get', { run_id })).body.run
  const byKey = (list: { key: string; value: unknown }[]): object => Object.fromEntries(list.map(({ key, value }) => [key, value]))
  return { info, metrics: byKey(data.metrics), params: byKey(data.params), tags: byKey(data.tags) }
}
