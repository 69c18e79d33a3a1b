import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Database } from '../../db/database.ts'
import { NOBODY } from '../../http/access.ts'
import { serverWithAccounts } from '../../testing/accounts.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { Bucket } from './buckets.ts'
import { QuotaMeter } from './index.ts'

const QUOTAS = '/api/2.0/millrace/quotas'

async function place(db: Database) {
  const as = await serverWithAccounts(db, 'EDIT', ['ann', 'bob'], { quotas: new QuotaMeter(db) })
  const root = as('root')
  const set = async (quota: object): Promise<void> => {
    const answer = await root.call('POST', `${QUOTAS}/set`, quota)
    assert.equal(answer.status, 200, answer.text)
  }
  const folder = async (): Promise<string> => {
    const { experiment_id } = (await root.post('experiments/create', { name: `e${Math.random()}` })).body
    return `/api/2.0/mlflow-artifacts/artifacts/${experiment_id}`
  }
  return { as, root, set, folder }
}

overEachDatabase('quotas', (open) => {
  test('requests of an account beyond its rate are answered 429 with Retry-After; others go on', async () => {
    const { as, set } = await place(await open())
    await set({ scope: 'user', name: 'ann', requests_per_second: 0.02 })
    const first = await as('ann').get('users/current')
    const second = await as('ann').get('users/current')
    assert.deepEqual([first.status, second.status, second.body.error_code], [200, 429, 'REQUEST_LIMIT_EXCEEDED'])
    assert.match(String(second.headers['retry-after']), /^[1-4]?\d$|^50$/)
    assert.match(second.body.message, /0\.02 requests a second/)
    for (let n = 0; n < 5; n++) assert.equal((await as('bob').get('users/current')).status, 200)
  })

  test('a quota of each account is not one’s own, which counts instead; taken back, it is gone at once', async () => {
    const { as, root, set } = await place(await open())
    await set({ scope: 'user', requests_per_second: 0.02 })
    await set({ scope: 'user', name: 'root' })
    await set({ scope: 'user', name: 'bob', requests_per_second: 1000 })
    assert.deepEqual([(await as('ann').get('users/current')).status, (await as('ann').get('users/current')).status], [200, 429])
    for (let n = 0; n < 5; n++) assert.equal((await as('bob').get('users/current')).status, 200)
    const listed = (await root.call('GET', `${QUOTAS}/list`)).body.quotas
    assert.deepEqual(
      listed.map(({ scope, name, requests_per_second }: Record<string, unknown>) => [scope, name, requests_per_second]),
      [
        ['user', undefined, 0.02],
        ['user', 'root', undefined],
        ['user', 'bob', 1000],
      ],
    )
    assert.equal((await root.call('POST', `${QUOTAS}/delete`, { scope: 'user' })).status, 200)
    assert.equal((await as('ann').get('users/current')).status, 200)
    assert.equal((await root.call('POST', `${QUOTAS}/delete`, { scope: 'user' })).status, 404)
    assert.equal((await root.call('POST', `${QUOTAS}/set`, { scope: 'user', name: 'nobody' })).status, 404)
    assert.equal((await root.call('POST', `${QUOTAS}/set`, { scope: 'user', requests_per_second: 'NaN' })).status, 400)
  })

  test('DO-08 bytes of a day: what goes beyond is refused, kept nowhere, and what was sent counts in every process', async () => {
    const db = await open()
    const { as, root, set, folder } = await place(db)
    const at = await folder()
    await set({ scope: 'user', name: 'ann', upload_bytes_per_day: 1000 })
    const put = (who: string, name: string, bytes: number) => as(who).call('PUT', `${at}/${name}`, Buffer.alloc(bytes, 'x'))
    assert.equal((await put('ann', 'a', 600)).status, 200)
    const huge = await put('ann', 'h', 1001)
    assert.deepEqual([huge.status, huge.body.error_code], [413, 'REQUEST_TOO_LARGE'])
    const over = await put('ann', 'b', 500)
    assert.deepEqual([over.status, over.body.error_code], [429, 'REQUEST_LIMIT_EXCEEDED'])
    assert.ok(Number(over.headers['retry-after']) > 0 && Number(over.headers['retry-after']) <= 86_400)
    assert.equal((await as('ann').call('GET', `${at}/b`)).status, 404)
    assert.equal((await put('bob', 'b', 5000)).status, 200)
    assert.equal((await root.call('GET', `${QUOTAS}/list`)).body.quotas[0].uploaded_today, 600)
    // Another process, with its own meter and no memory of this one.
    const other = await serverWithAccounts(db, 'EDIT', ['ann', 'bob'], { quotas: new QuotaMeter(db) })
    assert.equal((await other('ann').call('PUT', `${at}/c`, Buffer.alloc(401))).status, 429)
    assert.equal((await put('ann', 'c', 400)).status, 200)
    assert.equal((await put('ann', 'd', 1)).status, 429)
  })

  test('a body that does not say how long it is ends where the day’s bytes do; one that fails counts what arrived', async () => {
    const db = await open()
    const { as, root, set, folder } = await place(db)
    const at = await folder()
    await set({ scope: 'user', name: 'ann', upload_bytes_per_day: 1000 })
    const body = new PassThrough()
    body.end(Buffer.alloc(1500, 'x'))
    const chunked = await as('ann').call('PUT', `${at}/long`, body)
    assert.equal(chunked.status, 429, chunked.text)
    assert.equal((await as('ann').call('GET', `${at}/long`)).status, 404)
    assert.ok((await root.call('GET', `${QUOTAS}/list`)).body.quotas[0].uploaded_today >= 1000)
  })

  test('what the server was started with holds for accounts without a quota, until admins set one', async () => {
    const db = await open()
    const as = await serverWithAccounts(db, 'EDIT', ['ann'], { quotas: new QuotaMeter(db, { requests_per_second: 0.02 }) })
    assert.deepEqual([(await as('ann').get('users/current')).status, (await as('ann').get('users/current')).status], [200, 429])
    await as('root').call('POST', `${QUOTAS}/set`, { scope: 'user' })
    assert.equal((await as('ann').get('users/current')).status, 200)
  })

  test('uploads at a time, by the account or its workspace', async () => {
    const db = await open()
    const { as, set, folder } = await place(db)
    const at = await folder()
    await set({ scope: 'user', name: 'bob', concurrent_uploads: 1 })
    const put = (who: string, body: PassThrough | Buffer = Buffer.from('x')) => as(who).call('PUT', `${at}/upload`, body)
    // Either of two that come together may be the one that is let in: a slow one that was refused is sent again.
    const send = () => {
      const body = new PassThrough()
      const upload = { body, answer: put('bob', body), is_over: false }
      void upload.answer.then(() => (upload.is_over = true))
      return upload
    }
    let slow = send()
    let refused = await put('bob')
    for (let tries = 0; (refused.status !== 429 || slow.is_over) && tries < 500; tries++) {
      if (slow.is_over) slow = send()
      refused = await put('bob')
    }
    assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '1'], refused.text)
    assert.equal((await put('ann')).status, 200)
    slow.body.end('x')
    assert.equal((await slow.answer).status, 200)
    assert.equal((await put('bob')).status, 200)
    await set({ scope: 'user', name: 'bob' })
    const meter = new QuotaMeter(db)
    const caller = { ...NOBODY, user: 'ann', user_id: 2 }
    await set({ scope: 'workspace', concurrent_uploads: 1 })
    const first = await meter.beginUpload(caller, 10, Date.now())
    await assert.rejects(meter.beginUpload({ ...caller, user_id: 3 }, 10, Date.now()), /1 upload at a time/)
    await first.end()
    await (await meter.beginUpload(caller, undefined, Date.now())).end()
  })

  test('DO-08 spans count as they are kept and not as they were sent, and so do large bodies of what writes', async () => {
    const db = await open()
    const { as, root, set } = await place(db)
    const ann = as('ann')
    const { experiment_id } = (await root.post('experiments/create', { name: 'e' })).body
    const used = async (): Promise<number> => (await root.call('GET', `${QUOTAS}/list`)).body.quotas[0].uploaded_today
    await set({ scope: 'user', name: 'ann', upload_bytes_per_day: 200_000 })
    const spans = (n: number): string => {
      const span = { traceId: String(n).padStart(32, '0'), spanId: '00f067aa0ba902b7', startTimeUnixNano: '1', endTimeUnixNano: '2' }
      const attributes = [{ key: 'a', value: { stringValue: 'x'.repeat(60_000) } }]
      return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, name: 'n', attributes }] }] }] })
    }
    const send = (n: number) => {
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'x-mlflow-experiment-id': experiment_id }
      return ann.call('POST', '/v1/traces', gzipSync(spans(n)), headers)
    }
    assert.equal((await send(1)).status, 200)
    assert.equal(await used(), spans(1).length)
    const scorer = { experiment_id, name: 's', serialized_scorer: JSON.stringify({ name: 'x'.repeat(70_000) }) }
    const register = () => ann.call('POST', '/api/3.0/mlflow/scorers/register', scorer)
    const registered = await register()
    assert.equal(registered.status, 200, registered.text)
    assert.equal(await used(), spans(1).length + JSON.stringify(scorer).length)
    assert.equal((await send(2)).status, 200)
    const [over, large] = [await send(3), await register()]
    assert.deepEqual([over.status, large.status], [429, 429])
    assert.ok(Number(over.headers['retry-after']) > 0 && Number(large.headers['retry-after']) > 0)
    assert.equal((await ann.call('GET', `/api/3.0/mlflow/traces/tr-${'3'.padStart(32, '0')}`)).status, 404)
    // What is small goes on: it is counted as requests.
    assert.equal((await ann.post('experiments/create', { name: 'small' })).status, 200)
  })

  test('are the admins’ to see and to set', async () => {
    const { as } = await place(await open())
    assert.equal((await as('ann').call('GET', `${QUOTAS}/list`)).status, 403)
    assert.equal((await as('ann').call('POST', `${QUOTAS}/set`, { scope: 'user', requests_per_second: 9 })).status, 403)
  })
})

test('a bucket lets a burst through, then its rate, and a clock that is set back changes nothing', () => {
  const bucket = new Bucket()
  const burst = Array.from({ length: 60 }, () => bucket.take('a', 10, 1_000)).filter((wait) => wait === 0).length
  assert.equal(burst, 50)
  assert.equal(bucket.take('a', 10, 1_000), 100)
  assert.equal(bucket.take('a', 10, 1_100), 0)
  assert.ok(bucket.take('a', 10, 900) > 0)
  assert.equal(bucket.take('b', 10, 900), 0)
})
