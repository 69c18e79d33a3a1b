import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../db/database.ts'
import { query } from '../db/handles.ts'
import { overEachDatabase } from '../testing/databases.ts'
import { findKey, findKeys, internKey, internKeys, keyNames } from './entity-keys.ts'

const COUNT = query<{ n: number }>('select count(*) n from entity_key')

overEachDatabase('entity keys', (open) => {
  test('one id a name, read back both ways', async () => {
    const db = await open()
    const first = await db.write((tx) => internKeys(tx, ['loss', 'acc', 'loss']))
    assert.equal(first.size, 2)
    const second = await db.write((tx) => internKeys(tx, ['acc', 'f1']))
    assert.equal(second.get('acc'), first.get('acc'))
    assert.deepEqual(await db.reader.get(COUNT), { n: 3 })
    const nameOf = await keyNames(db.reader, [...first.values(), ...second.values()])
    for (const [name, id] of [...first, ...second]) assert.equal(nameOf(id), name)
    assert.equal(await findKey(db.reader, 'loss'), first.get('loss'))
    assert.equal(await db.write((tx) => internKey(tx, 'f1')), second.get('f1'))
  })

  test('looking a name up makes none', async () => {
    const db = await open()
    assert.equal(await findKey(db.reader, 'nobody logged this'), undefined)
    assert.equal((await findKeys(db.reader, ['a', 'b'])).size, 0)
    assert.deepEqual(await db.reader.get(COUNT), { n: 0 })
  })

  test('an id from a transaction that failed is not used again', async () => {
    const db = await open()
    const fails = (name: string): Promise<unknown> =>
      db.write(async (tx) => {
        await internKey(tx, name)
        throw new Error('undone')
      })
    // Together, so that on SQLite the three share one commit and each has a savepoint.
    const [failed, kept] = await Promise.allSettled([fails('ghost'), db.write((tx) => internKey(tx, 'kept')), fails('other ghost')])
    assert.equal(failed.status, 'rejected')
    assert.equal(await findKey(db.reader, 'ghost'), undefined)
    const ghost = await db.write((tx) => internKey(tx, 'ghost'))
    assert.equal(kept.status, 'fulfilled')
    assert.notEqual(ghost, kept.value)
    assert.equal(await nameIn(db, ghost), 'ghost')
    assert.equal(await nameIn(db, kept.value as number), 'kept')
  })

  test('writers who make the same names at once agree', async () => {
    const db = await open()
    const names = Array.from({ length: 40 }, (_, at) => `m${at}`)
    const made = await Promise.all([names, names.toReversed(), names].map((list) => db.write((tx) => internKeys(tx, list))))
    assert.deepEqual(await db.reader.get(COUNT), { n: 40 })
    for (const name of names) assert.equal(new Set(made.map((ids) => ids.get(name))).size, 1)
  })

  test('names are data, whatever JavaScript calls its own', async () => {
    const db = await open()
    const names = ['__proto__', 'constructor', 'toString', "a'b", 'a"b\\', 'é', '{x,y}', 'NULL']
    const ids = await db.write((tx) => internKeys(tx, names))
    for (const name of names) assert.equal(await nameIn(db, ids.get(name) as number), name)
  })

  test('two databases in one process have nothing in common', async () => {
    const [one, other] = [await open(), await open()]
    await one.write((tx) => internKeys(tx, ['a', 'b']))
    await other.write((tx) => internKeys(tx, ['b']))
    assert.deepEqual(await other.reader.get(COUNT), { n: 1 })
    assert.equal(await findKey(other.reader, 'a'), undefined)
  })
})

const BY_ID = query<{ name: string }>('select name from entity_key where id = ?')
const nameIn = async (db: Database, id: number): Promise<string | undefined> => (await db.reader.get(BY_ID, id))?.name
