import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { RemoteBackend } from '../backend.ts'
import { folderOf, loggedFiles } from '../testing/models.ts'
import { Leaving } from './leaving.ts'
import { startServing } from './start.ts'

const counting = (): { backend: RemoteBackend; closed: () => number } => {
  let closed = 0
  return {
    backend: {
      kind: 'counts',
      inputs: undefined,
      predict: async () => ({ values: [], columns: 1 }),
      close: async () => {
        closed++
      },
    },
    closed: () => closed,
  }
}

test('a process whose model is replaced ends after the longest request, or with the server, and once', async () => {
  const [soon, late] = [counting(), counting()]
  const leaving = new Leaving()
  leaving.add(soon.backend, 20)
  leaving.add(late.backend, 60_000)
  assert.equal(soon.closed(), 0)
  while (soon.closed() === 0) await wait(5)
  assert.equal(late.closed(), 0)
  await leaving.close()
  assert.deepEqual([soon.closed(), late.closed()], [1, 1])
})

test('a start that fails because the port is taken says so', async (t) => {
  const taken = createServer()
  await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done))
  t.after(() => taken.close())
  const start = startServing({
    uris: [folderOf(t, loggedFiles())],
    client: undefined,
    host: '127.0.0.1',
    port: (taken.address() as AddressInfo).port,
    token: undefined,
    any_host: false,
    poll_ms: 1_000,
    version: '9.9.9',
    onFailure: () => {},
    onSwitch: () => {},
    onRefusal: () => {},
    onRollout: () => {},
    onQuarantine: () => {},
  })
  await assert.rejects(start, /EADDRINUSE/)
})
