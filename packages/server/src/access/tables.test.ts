import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, query } from '../db/handles.ts'
import { overEachDatabase } from '../testing/databases.ts'

const ADD = command('insert into account (name, created_ms) values (?, 1)')
const ID = query<{ id: number }>('select id from account where name = ?')
const REMOVE = command('delete from account where name = ?')
const TOKEN = command(
  "insert into account_token (token_id, account, name, sha256, scopes, created_ms) values ('t', ?, 'ci', 'x', 'read', 1)",
)
const SESSION = command("insert into account_session (sha256, account, created_ms, last_used_ms, expires_ms) values ('y', ?, 1, 1, 2)")
const GROUP = command("insert into account_group (id, name) values (1, 'team')")
const MEMBER = command('insert into account_group_member (account_group, account) values (1, ?)')
const LEFT = query<{ n: number }>(
  'select (select count(*) from account_token) + (select count(*) from account_session) + (select count(*) from account_group_member) n',
)

overEachDatabase('tables of accounts', (open) => {
  test('what an account signs in with goes with it, and who takes its name next has another id', async () => {
    const db = await open()
    const first = await db.write(async (tx) => {
      await tx.run(ADD, 'alice')
      const { id } = (await tx.get(ID, 'alice')) as { id: number }
      await tx.run(TOKEN, id)
      await tx.run(SESSION, id)
      await tx.run(GROUP)
      await tx.run(MEMBER, id)
      return id
    })
    assert.equal((await db.reader.get(LEFT))?.n, 3)
    await db.write((tx) => Promise.resolve(tx.run(REMOVE, 'alice')))
    assert.equal((await db.reader.get(LEFT))?.n, 0)
    await db.write((tx) => Promise.resolve(tx.run(ADD, 'alice')))
    const again = await db.reader.get(ID, 'alice')
    assert.ok(first > 0 && again && again.id > first)
  })
})
