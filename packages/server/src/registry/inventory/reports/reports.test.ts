import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command } from '../../../db/handles.ts'
import { type As, serverWithAccounts } from '../../../testing/accounts.ts'
import { overEachDatabase } from '../../../testing/databases.ts'

const AGE = command('update inventory_report set made_ms = made_ms - 90000000')
const reports = (as: As, path = '', method = 'GET', body?: object) => as.call(method, `/api/2.0/millrace/inventory/reports${path}`, body)

async function ok(answer: ReturnType<As['call']>) {
  const { status, body, text } = await answer
  assert.equal(status, 200, text)
  return body
}

const STATUSES = ['known', 'unknown', 'changed', 'malicious'] as const
const found = (at: number, more: object = {}) => ({
  status: STATUSES[at % 4] as string,
  where: `/srv/models/${String(at).padStart(4, '0')}.pkl`,
  kind: 'pickle',
  bytes: at,
  owner: at % 2 === 0 ? 'ann' : 'ben',
  sha256: String(at % 10).repeat(64),
  versions: at % 4 === 0 ? ['models:/churn/1'] : [],
  scan: 'clean',
  findings: [],
  ...more,
})

/** Keeps an inventory in parts; gives its id. */
async function kept(as: As, name: string, models: readonly object[]): Promise<string> {
  const { report_id } = await ok(reports(as, '', 'POST', { name, looked_at: 99, not_read: [{ where: '/srv/locked', why: 'EACCES' }] }))
  const half = Math.floor(models.length / 2)
  await ok(reports(as, `/${report_id}/models`, 'POST', { models: models.slice(0, half) }))
  await ok(reports(as, `/${report_id}/models`, 'POST', { models: models.slice(half), last: true }))
  return report_id
}

overEachDatabase('kept inventories', (open) => {
  test('an inventory comes in parts and is shown when it is complete: filtered, searched, in an order, from any place', async () => {
    const as = await serverWithAccounts(await open(), 'MANAGE', ['alice'])
    const alice = as('alice')
    const { report_id: begun } = await ok(reports(alice, '', 'POST', { name: 'begun', looked_at: 1 }))
    const id = await kept(
      alice,
      '/srv',
      Array.from({ length: 40 }, (_, at) => found(at)),
    )
    const { inventories } = await ok(reports(alice))
    assert.equal(inventories.length, 1, 'what is not complete is not listed')
    const { made_ms, ...shown } = inventories[0]
    assert.ok(made_ms > 0)
    const counts = { malicious: 10, changed: 10, unknown: 10, known: 10 }
    assert.deepEqual(shown, { report_id: id, name: '/srv', kept_by: 'alice', looked_at: 99, counts, not_read: 1 })
    assert.deepEqual((await ok(reports(alice, `/${id}`))).not_read, [{ where: '/srv/locked', why: 'EACCES' }])
    const asked = async (query: string) => {
      const { models, total } = await ok(reports(alice, `/${id}/models?${query}`))
      return { total, numbers: models.map(({ bytes }: { bytes: number }) => bytes) }
    }
    assert.deepEqual(await asked('max_results=2'), { total: 40, numbers: [3, 7] }, 'the worst first')
    assert.deepEqual(await asked('status=known&offset=8'), { total: 10, numbers: [32, 36] })
    assert.deepEqual(await asked('order_by=bytes&max_results=3'), { total: 40, numbers: [39, 38, 37] })
    assert.deepEqual(await asked('order_by=where&offset=39'), { total: 40, numbers: [39] })
    assert.deepEqual((await asked('order_by=owner&max_results=1')).numbers, [0])
    assert.deepEqual(await asked('search=BEN&status=malicious&max_results=1'), { total: 10, numbers: [3] })
    assert.deepEqual(await asked('search=churn'), { total: 10, numbers: [0, 4, 8, 12, 16, 20, 24, 28, 32, 36] })
    assert.deepEqual(await asked('search=0007.pkl'), { total: 1, numbers: [7] })
    assert.deepEqual((await ok(reports(alice, `/${id}/models?search=0004.pkl`))).models, [found(4)])
    assert.equal((await reports(alice, `/${id}/models`, 'POST', { models: [] })).status, 409)
    assert.equal((await reports(alice, `/${id}/models?order_by=sha256`)).status, 400)
    await ok(reports(alice, `/${begun}/models`, 'POST', { models: [found(1)], last: true }))
    assert.equal((await ok(reports(alice))).inventories.length, 2)
    const first = await ok(reports(alice, '?max_results=1'))
    const rest = await ok(reports(alice, `?max_results=1&page_token=${encodeURIComponent(first.next_page_token)}`))
    assert.deepEqual([first.inventories[0].report_id, rest.inventories[0].report_id], [id, begun])
  })

  test('AZ-16 others than admins see what they sent, and what is not theirs is not there', async () => {
    const db = await open()
    const as = await serverWithAccounts(db, 'MANAGE', ['alice', 'bob'])
    const id = await kept(as('alice'), '/srv', [found(1)])
    assert.deepEqual((await ok(reports(as('bob')))).inventories, [])
    assert.equal((await ok(reports(as('root')))).inventories.length, 1)
    for (const [method, path, body] of [
      ['GET', ''],
      ['GET', '/models'],
      ['POST', '/models', { models: [found(1)] }],
      ['DELETE', ''],
    ] as const) {
      assert.equal((await reports(as('bob'), `/${id}${path}`, method, body)).status, 404, `${method} ${path}`)
    }
    await ok(reports(as('alice'), `/${id}`, 'DELETE'))
    assert.deepEqual((await ok(reports(as('root')))).inventories, [])
    const { report_id } = await ok(reports(as('alice'), '', 'POST', { name: 'given up', looked_at: 1 }))
    await db.write(async (tx) => tx.run(AGE))
    await ok(reports(as('alice'), '', 'POST', { name: 'next', looked_at: 1 }))
    assert.equal((await reports(as('alice'), `/${report_id}`)).status, 404, 'what was given up is removed')
  })

  test('what does not fit is refused in a sentence', async () => {
    const alice = (await serverWithAccounts(await open(), 'MANAGE', ['alice']))('alice')
    const { report_id } = await ok(reports(alice, '', 'POST', { name: 'x', looked_at: 1 }))
    for (const bad of [
      found(1, { status: 'odd' }),
      found(1, { sha256: 'x' }),
      found(1, { where: 'w'.repeat(5_000) }),
      found(1, { bytes: -1 }),
    ]) {
      const { status, body } = await reports(alice, `/${report_id}/models`, 'POST', { models: [bad] })
      assert.deepEqual([status, body.error_code], [400, 'INVALID_PARAMETER_VALUE'])
    }
    const many = Array.from({ length: 1_001 }, (_, at) => found(at))
    assert.equal((await reports(alice, `/${report_id}/models`, 'POST', { models: many })).status, 400)
  })
})
