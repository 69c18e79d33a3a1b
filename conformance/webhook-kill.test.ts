// A webhook is owed from the moment its cause is committed: proven from outside, by ending the server with SIGKILL before it was delivered.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort } from '../tools/test/free-port.ts'
import { call } from './ledger.ts'
import { startMillrace } from './server.ts'

const ROUNDS = 2

/** Takes webhooks, or holds them without an answer, and keeps the names of the models that they tell of. */
class Receiver {
  readonly told: string[] = []
  /** Those that arrived and have not been answered. */
  held = 0
  answering = false
  readonly #server: Server

  constructor(port: number) {
    this.#server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        if (!this.answering) {
          this.held += 1
          return
        }
        this.told.push(JSON.parse(body).data.name)
        response.end()
      })
    }).listen(port, '127.0.0.1')
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

async function until(what: () => boolean, name: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; !what(); ) {
    assert.ok(Date.now() < deadline, `${name}: not within a minute`)
    await new Promise((done) => setTimeout(done, 10))
  }
}

test('killed with SIGKILL between the commit and the delivery, a webhook is still delivered', { timeout: 300_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-webhook-kill-'))
  const port = await freePort()
  const args = ['--webhook-allowed-hosts', `127.0.0.1:${port}`, '--webhook-allowed-schemes', 'http']
  const start = () => startMillrace(args, { dir })
  let server = await start()
  let receiver: Receiver | undefined
  try {
    const events = [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }]
    await call(server.url, 'POST', 'webhooks', { name: 'w', url: `http://127.0.0.1:${port}/`, events })
    for (let round = 0; round < ROUNDS; round++) {
      // In turn: nobody listens when the server dies, and somebody who has been told and has not answered yet.
      const holding = round % 2 === 1 ? new Receiver(port) : undefined
      receiver = holding
      await call(server.url, 'POST', 'registered-models/create', { name: `model-${round}` })
      if (holding) await until(() => holding.held > 0, 'the first try')
      await server.stop('SIGKILL', true)
      holding?.close()
      const taking = new Receiver(port)
      receiver = taking
      taking.answering = true
      server = await start()
      await until(() => taking.told.includes(`model-${round}`), `model-${round} after kill ${round}`)
      assert.deepEqual([...new Set(taking.told)], [`model-${round}`], 'what was delivered before a kill is not told again after it')
      taking.close()
    }
  } finally {
    receiver?.close()
    if (server.process.exitCode === null) await server.stop('SIGKILL', true)
    rmSync(dir, { recursive: true, force: true })
  }
})
