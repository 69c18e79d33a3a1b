import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { after } from 'node:test'
import type { Database } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { openSqlite } from '../db/sqlite.ts'
import type { House } from '../http/pipeline.ts'
import { TestServer } from './server.ts'

/** What comes at all comes long before: a machine that tests share has held up an answer for seconds. */
const ON_A_BUSY_MACHINE_MS = 60_000

const opened: { server: TestServer; db: Database }[] = []
after(async () => {
  for (const { server, db } of opened) {
    await server.app.close()
    await db.close()
  }
})

/** A server over a new SQLite database in memory, for tests of what does not depend on the database. */
export async function serverInMemory(house: Partial<House> = {}): Promise<TestServer> {
  const db = openSqlite(':memory:')
  await migrate(db)
  const server = new TestServer(db, house.settings, house)
  opened.push({ server, db })
  return server
}

/** Makes the server listen on a free port of 127.0.0.1. */
export async function listen(server: TestServer): Promise<number> {
  await server.app.listen({ host: '127.0.0.1', port: 0 })
  return (server.app.server.address() as AddressInfo).port
}

/** A connection that sends bytes as they are, for requests that no HTTP client would make. */
export class RawClient {
  readonly socket: Socket
  received = ''
  readonly #ended: Promise<unknown>

  private constructor(socket: Socket) {
    this.socket = socket
    this.#ended = once(socket, 'close')
    socket.on('data', (chunk) => {
      this.received += chunk.toString('latin1')
    })
    socket.on('error', () => {})
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  send(text: string | Buffer): void {
    if (this.socket.writable) this.socket.write(text)
  }

  /** Everything that came until the server closed the connection. @throws when it doesn't within the time */
  async untilClosed(within_ms = ON_A_BUSY_MACHINE_MS): Promise<string> {
    await withinTime(this.#ended, within_ms, () => `the server left the connection open after:\n${this.received}`)
    return this.received
  }

  /** What came until the text was there. @throws when it isn't within the time */
  async until(text: string, within_ms = ON_A_BUSY_MACHINE_MS): Promise<string> {
    const there = (async () => {
      while (!this.received.includes(text)) await once(this.socket, 'data')
    })()
    await withinTime(there, within_ms, () => `no ${text} in:\n${this.received}`)
    return this.received
  }
}

async function withinTime(work: Promise<unknown>, within_ms: number, complaint: () => string): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(complaint())), within_ms)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Sends bytes on a connection of their own and gives everything that came back until the server closed it. */
export async function sendRaw(port: number, bytes: string | Buffer): Promise<string> {
  const client = await RawClient.open(port)
  client.send(bytes)
  return client.untilClosed()
}
