import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../testing/databases.ts'
import { bulk, command, query } from './handles.ts'

const INSERT = bulk('insert into bulky (a, b, c) values (?, ?, ?) on conflict do nothing', 'idt')
const UPSERT = bulk('insert into bulky (a, b, c) values (?, ?, ?) on conflict (a) do update set c = excluded.c', 'idt')
const ALL = query<[number, number, string]>('select a, b, c from bulky order by a')

overEachDatabase('runMany', (open) => {
  for (const count of [0, 1, 7, 8, 9, 31, 32, 33, 80, 1000]) {
    test(`inserts ${count} rows, each once, and says how many it changed`, async () => {
      const db = await open()
      const rows = Array.from({ length: count }, (_, at) => [at, at / 4, `'${at}"\\{},`] as const)
      await db.write(async (tx) => {
        const { int, double, text } = tx.dialect.types
        await tx.run(command(`create table bulky (a ${int} primary key, b ${double} not null, c ${text} not null)`))
        assert.equal(await tx.runMany(INSERT, rows), count)
        assert.deepEqual(await tx.tuples(ALL), rows)
        const more = [[-1, Number.POSITIVE_INFINITY, 'new'] as const, ...rows]
        assert.equal(await tx.runMany(INSERT, more), 1)
        assert.equal(
          await tx.runMany(
            UPSERT,
            more.map(([a, b]) => [a, b, '']),
          ),
          count + 1,
        )
        assert.deepEqual(
          await tx.tuples(ALL),
          more.map(([a, b]) => [a, b, '']),
        )
      })
    })
  }

  test('a null in one row is a null there and nowhere else', async () => {
    const db = await open()
    await db.write(async (tx) => {
      const { int, double, text } = tx.dialect.types
      await tx.run(command(`create table bulky (a ${int}, b ${double}, c ${text})`))
      const rows = Array.from({ length: 40 }, (_, at) => [at, at % 3 ? at : null, at % 2 ? null : 'x'] as const)
      await tx.runMany(INSERT, rows)
      assert.deepEqual(await tx.tuples(ALL), rows)
    })
  })
})
