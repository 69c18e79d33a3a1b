import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Settings } from '../config.ts'
import { type Answer, type TestServer, testSettings } from './server.ts'
import { serverInMemory } from './sockets.ts'

/** Where artifacts that the server hands through are uploaded, downloaded and listed. */
export const ARTIFACTS = '/api/2.0/mlflow-artifacts/artifacts'

const roots: string[] = []
after(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true })
})

/** A server with an artifact root of its own, which goes away with the tests. */
export async function artifactServer(settings: Partial<Settings> = {}): Promise<{ server: TestServer; root: string }> {
  const root = mkdtempSync(join(tmpdir(), 'millrace-artifacts-'))
  roots.push(root)
  return { server: await serverInMemory({ settings: { ...testSettings(), artifacts_destination: root, ...settings } }), root }
}

/** Uploads an artifact; `path` as it stands in the URL. */
export const putArtifact = (
  server: TestServer,
  path: string,
  body: Buffer | string,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  server.call('PUT', `${ARTIFACTS}/${path}`, Buffer.from(body), { 'content-type': 'application/octet-stream', ...headers })

/** Waits until something is so. @throws when it isn't within a minute */
export async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 60_000; !condition(); ) {
    assert.ok(Date.now() < deadline, 'it did not happen within a minute')
    await sleep(5)
  }
}
