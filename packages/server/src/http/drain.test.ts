import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrate } from '../db/migrate.ts'
import { openSqlite } from '../db/sqlite.ts'
import { TestServer } from '../testing/server.ts'
import { listen, RawClient } from '../testing/sockets.ts'

const CREATE = '/api/2.0/mlflow/experiments/create'
const post = (body: string): string =>
  `POST ${CREATE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`

test('a server that stops answers what has begun, closes idle connections, and takes no new ones', async () => {
  const db = openSqlite(':memory:')
  await migrate(db)
  const server = new TestServer(db)
  const port = await listen(server)
  const body = '{"name":"slow"}'
  const [idle, slow, next] = await Promise.all([RawClient.open(port), RawClient.open(port), RawClient.open(port)])
  idle.send('GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await idle.until('3.17')
  slow.send(post(body) + body.slice(0, 4))
  // The second request of a connection whose first is under way when the server is told to stop.
  next.send(post(body) + body.slice(0, 4))
  await new Promise((done) => setTimeout(done, 50))

  const closed = server.app.close()
  await idle.untilClosed()
  await assert.rejects(RawClient.open(port))
  let isClosed = false
  closed.then(() => {
    isClosed = true
  })
  await new Promise((done) => setTimeout(done, 100))
  assert.equal(isClosed, false, 'it waits for the slow requests')

  slow.send(body.slice(4))
  const answer = await slow.untilClosed()
  assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*connection: close[\s\S]*experiment_id/i)
  next.send(`${body.slice(4).replace('slow', 'next')}GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  assert.match(await next.untilClosed(), /^HTTP\/1\.1 (200|400) [\s\S]*connection: close/i)
  await closed
  await db.close()
})

test('a request that has arrived on an idle connection when the server stops, and was not read yet, is answered', async () => {
  const db = openSqlite(':memory:')
  await migrate(db)
  const server = new TestServer(db)
  const clients = await listen(server).then((port) => Promise.all(Array.from({ length: 8 }, () => RawClient.open(port))))
  const ask = 'GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n'
  for (const client of clients) {
    client.send(ask)
    await client.until('3.17')
  }
  // All in the moment at which Node would close what is idle: nothing is read before it has returned.
  const { server: http } = server.app
  const close = http.close.bind(http)
  http.close = (...args) => {
    for (const client of clients) client.send(ask)
    return close(...args)
  }
  const closed = server.app.close()
  for (const client of clients) assert.match(await client.untilClosed(), /3\.17[\s\S]*connection: close[\s\S]*3\.17/i)
  await closed
  await db.close()
})

test('a server that stops does not wait for the keep-alive of a client that was answered in the middle of its body', async () => {
  const db = openSqlite(':memory:')
  await migrate(db)
  const server = new TestServer(db)
  const port = await listen(server)
  const client = await RawClient.open(port)
  client.send('PUT /nothing HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')
  assert.match(await client.until('ENDPOINT_NOT_FOUND'), /^HTTP\/1\.1 404 /)
  const closed = server.app.close()
  await new Promise((done) => setTimeout(done, 50))
  client.send('5\r\nthere\r\n0\r\n\r\n')
  await client.untilClosed(2_000)
  await closed
  await db.close()
})
