import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrate } from '../db/migrate.ts'
import { overEachDatabase } from '../testing/databases.ts'
import { ApiError } from './errors.ts'
import { openPage, sealPage } from './page-token.ts'

const refused = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'INVALID_PARAMETER_VALUE' && error.message.startsWith('Invalid page token')

overEachDatabase('page tokens', (open) => {
  test('give back what was sealed, through any handle', async () => {
    const db = await open()
    const value = { last: [1.5, 'é"\u0001', null], id: 2 ** 53 - 1 }
    const token = await db.write((tx) => sealPage(tx, 'runs/search', value))
    assert.match(token, /^[A-Za-z0-9_-]+$/)
    assert.deepEqual(await openPage(db.reader, 'runs/search', token), value)
  })

  test('stay good when the server migrates again, as at every start', async () => {
    const db = await open()
    const token = await sealPage(db.reader, 'a', 1)
    await migrate(db)
    assert.equal(await db.write((tx) => openPage(tx, 'a', token)), 1)
  })

  test('are refused for another purpose, by another database, and when changed in any byte (DO-12)', async () => {
    const db = await open()
    const token = await sealPage(db.reader, 'a', { offset: 10 })
    await assert.rejects(openPage(db.reader, 'b', token), refused)
    await assert.rejects(openPage((await open()).reader, 'a', token), refused)
    const bytes = Buffer.from(token, 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] as number) ^ 1
      await assert.rejects(openPage(db.reader, 'a', changed.toString('base64url')), refused)
    }
  })

  for (const [what, token] of [
    ['an empty one', ''],
    ['plain JSON', '{"offset": 100}'],
    ["MLflow's own form", Buffer.from('{"offset": 100}').toString('base64')],
    ['a huge one', 'A'.repeat(10_000_000)],
    ['a MAC without a value', 'A'.repeat(43)],
    ['not base64url', `${'A'.repeat(60)}\n`],
  ] as const) {
    test(`${what} is refused`, async () => {
      await assert.rejects(openPage((await open()).reader, 'a', token), refused)
    })
  }
})
