import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Clock } from '../../clock.ts'
import type { Database } from '../../db/database.ts'
import { command, query } from '../../db/handles.ts'
import { silent } from '../../http/log.ts'
import { holdKeys, KeyRing, newKey, readKeys } from '../../secrets/index.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { type Got, Receiver } from '../../testing/receiver.ts'
import { TestServer } from '../../testing/server.ts'
import { emit } from '../index.ts'
import { Courier } from './index.ts'
import { signatureOf } from './send.ts'

/** What comes at all comes long before, on a machine that is busy too. */
const LATE_MS = 60_000

/** A clock that stands still until the test moves it to the time for which something waits. */
class TestClock implements Clock {
  #now_ms = Date.now()
  #waiting: { at_ms: number; work: () => void } | undefined

  now(): number {
    return this.#now_ms
  }

  after(ms: number, work: () => void): () => void {
    const waiting = { at_ms: this.#now_ms + Math.max(1, ms), work }
    this.#waiting = waiting
    return () => {
      if (this.#waiting === waiting) this.#waiting = undefined
    }
  }

  /** Once the courier has nothing in hand: what it does on a real socket takes no time of this clock. */
  async toNext(courier: Courier, latest_ms: number): Promise<void> {
    const deadline = performance.now() + LATE_MS
    while (!(this.#waiting && courier.idle) && performance.now() < deadline) await new Promise((done) => setTimeout(done, 5))
    const { at_ms, work } = this.#waiting ?? { at_ms: latest_ms, work: () => {} }
    this.#now_ms = Math.max(this.#now_ms, Math.min(at_ms, latest_ms))
    if (at_ms > latest_ms) return
    this.#waiting = undefined
    work()
  }
}

const NOT_SHOWN = "The receiver's answer is not shown."
const WAITING = query<{ n: number }>('select count(*) n from webhook_delivery where dead_ms is null')
const MOVE = command('update webhook set url = ?')

type Place = { db: Database; server: TestServer; receiver: Receiver; webhook_id: string; courier: Courier }

const closing: (() => Promise<void> | void)[] = []
after(async () => {
  for (const close of closing) await close()
})

async function place(db: Database, fields: object = {}, clock?: Clock): Promise<Place> {
  const keys = readKeys(newKey(), 'a test')
  holdKeys(db.reader, new KeyRing(() => keys))
  const receiver = new Receiver()
  const url = await receiver.listen()
  const server = new TestServer(db, { webhook_allowed_hosts: ['127.0.0.1'], webhook_allowed_schemes: ['http'] })
  const events = [{ entity: 'MODEL_VERSION_TAG', action: 'SET' }]
  const { webhook_id } = (await server.post('webhooks', { name: 'hook', url, events, ...fields })).body.webhook
  const courier = new Courier(db, server.settings, silent, clock)
  closing.push(
    () => courier.stop(0),
    () => receiver.close(),
  )
  return { db, server, receiver, webhook_id, courier }
}

const setTag = (db: Database, value: string, name = 'm', now_ms = Date.now()): Promise<void> =>
  db.write((tx) => emit(tx, { event: 'model_version_tag.set', data: { name, version: '1', key: 'k', value } }, now_ms))

async function nothingWaits(db: Database): Promise<void> {
  for (const deadline = performance.now() + LATE_MS; performance.now() < deadline; ) {
    if ((await db.reader.get(WAITING))?.n === 0) return
    await new Promise((done) => setTimeout(done, 10))
  }
  assert.fail('deliveries still wait')
}

overEachDatabase('delivery of webhooks', (open) => {
  test('each event arrives once, those about one thing in their order, and nothing of them is kept', async () => {
    const { db, receiver, courier } = await place(await open())
    courier.start()
    for (let n = 0; n < 20; n++) await setTag(db, String(n))
    const got = await receiver.until(20)
    assert.deepEqual(
      got.map(({ tag }) => tag),
      Array.from({ length: 20 }, (_, n) => String(n)),
    )
    await nothingWaits(db)
    assert.equal(got.length, 20)
  })

  test('events of different things come in their order, one after the other, to a receiver that answers soon', async () => {
    // It stands still: how busy the machine is makes no receiver slow.
    const clock = new TestClock()
    const { db, receiver, courier } = await place(await open(), {}, clock)
    receiver.answer_after_ms = (n) => (n % 3 === 0 ? 40 : 0)
    courier.start()
    const names = Array.from({ length: 12 }, (_, n) => `model ${n}`)
    for (const name of names) await setTag(db, name, name, clock.now())
    const got = await receiver.until(names.length)
    assert.deepEqual(
      got.map(({ tag }) => tag),
      names,
    )
    assert.equal(receiver.most_at_once, 1)
  })

  test('a slow receiver gets several at once', async () => {
    const { db, receiver, courier } = await place(await open())
    const hung = Promise.withResolvers<void>()
    receiver.held = hung.promise
    courier.start()
    for (let n = 0; n < 6; n++) await setTag(db, String(n), `model ${n}`)
    const late = AbortSignal.timeout(LATE_MS)
    while (receiver.most_at_once < 4 && !late.aborted) await new Promise((done) => setTimeout(done, 20))
    assert.equal(receiver.most_at_once, 4)
    hung.resolve()
    await receiver.until(6)
  })

  test('ID-07: what is sent again has the same id and body, a new time, and a signature over the three', async () => {
    const { db, receiver, courier } = await place(await open(), { secret: 'shared' })
    receiver.answer = (_, n) => (n === 0 ? 503 : 200)
    courier.start()
    await setTag(db, 'x')
    const [first, second] = (await receiver.until(2)) as [Got, Got]
    for (const { headers, body } of [first, second]) {
      const id = headers['x-mlflow-delivery-id'] as string
      const time = headers['x-mlflow-timestamp'] as string
      assert.ok(Math.abs(Number(time) - Date.now() / 1000) < 60)
      assert.equal(headers['x-mlflow-signature'], signatureOf('shared', id, time, body))
      assert.notEqual(headers['x-mlflow-signature'], signatureOf('shared', id, String(Number(time) - 600), body))
    }
    assert.equal(second.headers['x-mlflow-delivery-id'], first.headers['x-mlflow-delivery-id'])
    assert.equal(second.body, first.body)
    const { entity, action, timestamp, data } = JSON.parse(first.body)
    assert.deepEqual([entity, action, data], ['model_version_tag', 'set', { name: 'm', version: '1', key: 'k', value: 'x' }])
    assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000)
  })

  test('what fails holds up what comes after it about the same thing, and nothing else', async () => {
    // It stands still: the pause after a failure ends when the test says so, and not before the events are there.
    const clock = new TestClock()
    const { db, receiver, courier } = await place(await open(), {}, clock)
    let failed = 0
    receiver.answer = (tag) => (tag === 'first' && failed++ < 1 ? 500 : 200)
    courier.start()
    await setTag(db, 'first', 'm', clock.now())
    await setTag(db, 'second', 'm', clock.now())
    await setTag(db, 'other', 'another model', clock.now())
    const outcomes = () => receiver.got.map(({ tag, status }) => `${tag} ${status}`)
    await receiver.until(2)
    assert.deepEqual(outcomes().sort(), ['first 500', 'other 200'])
    for (const latest_ms = clock.now() + 60_000; receiver.got.length < 4 && clock.now() < latest_ms; )
      await clock.toNext(courier, latest_ms)
    assert.deepEqual(outcomes().slice(2), ['first 200', 'second 200'])
  })

  test('what was committed before a process ended is delivered by the next; what was rolled back is not', async () => {
    const { db, receiver, courier } = await place(await open())
    await setTag(db, 'kept')
    const undone = db.write(async (tx) => {
      await emit(tx, { event: 'model_version_tag.set', data: { name: 'm', version: '1', key: 'k', value: 'undone' } }, Date.now())
      throw new Error('undone')
    })
    await assert.rejects(undone, /undone/)
    courier.start()
    await receiver.until(1)
    await nothingWaits(db)
    assert.deepEqual(
      receiver.got.map(({ tag }) => tag),
      ['kept'],
    )
  })

  test('a receiver that is down for ten minutes gets all of it, in the order of each thing', { timeout: 240_000 }, async () => {
    const { db, server, receiver } = await place(await open())
    const clock = new TestClock()
    const courier = new Courier(db, server.settings, silent, clock)
    closing.push(() => courier.stop(0))
    const port = receiver.port
    await receiver.close()
    courier.start()
    const down_ms = clock.now()
    const up_ms = down_ms + 600_000
    for (let n = 0; clock.now() < up_ms; n++) {
      if (n < 10) for (const name of ['a', 'b']) await setTag(db, `${name}${n}`, name, clock.now())
      await clock.toNext(courier, up_ms)
    }
    assert.equal((await db.reader.get(WAITING))?.n, 20)
    assert.equal(receiver.got.length, 0)
    await receiver.listen(port)
    while (receiver.got.length < 20 && clock.now() < up_ms + 3_600_000) await clock.toNext(courier, up_ms + 3_600_000)
    await nothingWaits(db)
    for (const name of ['a', 'b']) {
      const order = receiver.got.map(({ tag }) => tag).filter((tag) => tag.startsWith(name))
      assert.deepEqual(
        order,
        Array.from({ length: 10 }, (_, n) => `${name}${n}`),
      )
    }
    assert.ok(clock.now() - up_ms <= 600_000, `the last came ${clock.now() - up_ms} ms after it was up again`)
  })

  test('two processes on one database share the work and deliver nothing twice', async () => {
    const { db, server, receiver, courier } = await place(await open())
    const other = new Courier(db, server.settings, silent)
    closing.push(() => other.stop(0))
    for (let n = 0; n < 30; n++) await setTag(db, String(n), `model ${n % 10}`)
    courier.start()
    other.start()
    await receiver.until(30)
    await nothingWaits(db)
    assert.equal(new Set(receiver.got.map(({ headers }) => headers['x-mlflow-delivery-id'])).size, 30)
    assert.equal(receiver.got.length, 30)
  })

  test('what the receiver refuses for good is given up, listed, and replayed when asked', async () => {
    const { db, server, receiver, webhook_id, courier } = await place(await open())
    receiver.answer = (_, n) => (n < 2 ? 410 : 200)
    courier.start()
    await setTag(db, 'a')
    await setTag(db, 'b')
    await receiver.until(2)
    await nothingWaits(db)
    const path = `/api/2.0/millrace/webhooks/${webhook_id}/deliveries`
    const first = await server.call('GET', `${path}?max_results=1`)
    const rest = await server.call('GET', `${path}?max_results=1&page_token=${first.body.next_page_token}`)
    const dead = [...first.body.deliveries, ...rest.body.deliveries]
    assert.deepEqual(
      dead.map(({ event, attempts, problem }) => [event, attempts, problem]),
      [
        ['model_version_tag.set', 1, 'the receiver answered 410'],
        ['model_version_tag.set', 1, 'the receiver answered 410'],
      ],
    )
    assert.equal((await server.call('POST', `${path}/replay`, { delivery_id: 'none' })).status, 404)
    assert.deepEqual((await server.call('POST', `${path}/replay`, { delivery_id: dead[1].delivery_id })).body, { replayed: 1 })
    assert.equal((await receiver.until(3))[2]?.tag, 'b')
    assert.deepEqual((await server.call('POST', `${path}/replay`, {})).body, { replayed: 1 })
    assert.equal((await receiver.until(4))[3]?.tag, 'a')
    await nothingWaits(db)
    assert.deepEqual((await server.call('GET', path)).body, { deliveries: [] })
  })

  test('a disabled webhook is told nothing', async () => {
    const { db } = await place(await open(), { status: 'DISABLED' })
    await setTag(db, 'x')
    assert.equal((await db.reader.get(WAITING))?.n, 0)
  })

  test('SS-01, SS-02: an address that is not public is refused at delivery and in a test, without a word of an answer', async () => {
    const { db, server, receiver, webhook_id, courier } = await place(await open())
    await db.write((tx) => tx.run(MOVE, 'https://169.254.169.254/latest/meta-data'))
    courier.start()
    await setTag(db, 'x')
    await nothingWaits(db)
    const { deliveries } = (await server.call('GET', `/api/2.0/millrace/webhooks/${webhook_id}/deliveries`)).body
    assert.match(deliveries[0].problem, /not on the public internet/)
    const { result } = (await server.post(`webhooks/${webhook_id}/test`, {})).body
    assert.deepEqual([result.success, result.response_status], [false, undefined])
    assert.match(result.error_message, /not on the public internet/)
    assert.equal(receiver.got.length, 0)
  })

  test('SS-01: a test sends the example of an event and tells the status, never the body of the answer', async () => {
    const { server, receiver, webhook_id } = await place(await open(), { secret: 's' })
    const tried = await server.post(`webhooks/${webhook_id}/test`, {})
    assert.deepEqual(tried.body.result, { success: true, response_status: 200, response_body: NOT_SHOWN })
    receiver.answer = () => 302
    const event = { entity: 'PROMPT', action: 'CREATED' }
    const refused = await server.post(`webhooks/${webhook_id}/test`, { event })
    assert.deepEqual(refused.body.result, { success: false, response_status: 302, response_body: NOT_SHOWN })
    assert.ok(!`${tried.text}${refused.text}`.includes('canary'))
    assert.equal(JSON.parse(receiver.got[1]?.body ?? '').entity, 'prompt')
  })
})
