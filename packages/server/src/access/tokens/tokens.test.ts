import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpoints } from '../../app.ts'
import type { Settings } from '../../config.ts'
import type { Database } from '../../db/database.ts'
import { command, query } from '../../db/handles.ts'
import { addPerson } from '../../testing/accounts.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { type Answer, TestServer } from '../../testing/server.ts'
import { addAccount, requireAccount } from '../account-store.ts'
import { scopeFor } from '../scope.ts'
import { startLogin } from '../start.ts'
import { addToken } from '../token-store.ts'

const ADMIN_PASSWORD = 'grey-otter-41-lantern'
const basic = (name: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` })
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
const admin = basic('admin', ADMIN_PASSWORD)
const DAY_S = 86_400

async function withLogin(db: Database, settings: Partial<Settings> = {}) {
  await addPerson(db, 'admin', ADMIN_PASSWORD, true)
  const login = { default_permission: 'READ', admin_username: 'admin' } as const
  const { authority } = await startLogin(db, login)
  const server = new TestServer(db, settings, { authority })
  const call = (as: Record<string, string>, method: string, path: string, body?: unknown): Promise<Answer> =>
    server.call(method, `/api/2.0/${path}`, body, as)
  /** A person with a token that may do all that they may, without the cost of a password. */
  const person = async (name: string): Promise<Record<string, string>> => {
    const { secret } = await db.write(async (tx) => {
      const { id } = await addAccount(tx, name, null, 1)
      return addToken(tx, id, { name: 'test', scope: 'manage', expires_ms: null }, 1)
    })
    return bearer(secret)
  }
  const whoIs = async (as: Record<string, string>) => {
    const { status, body } = await call(as, 'GET', 'mlflow/users/current')
    return status === 200 ? body.user.username : status
  }
  return { server, call, person, whoIs }
}

overEachDatabase('API tokens', (open) => {
  for (const workspaces of [false, true]) {
    test(`a token to read writes nothing, ${workspaces ? 'with' : 'without'} workspaces; what everybody may is told alike`, async () => {
      const { call, person } = await withLogin(await open(), { workspaces })
      await person('alice')
      const { secret } = (await call(admin, 'POST', 'millrace/tokens/create', { name: 'reader', scope: 'read' })).body
      const made = await call(bearer(secret), 'POST', 'mlflow/experiments/create', { name: 'by a reader' })
      assert.deepEqual([made.status, made.body.error_code], [403, 'PERMISSION_DENIED'])
      assert.equal((await call(bearer(secret), 'POST', 'mlflow/experiments/search', {})).status, 200)
      const { warnings } = (await call(admin, 'GET', 'millrace/health/status')).body
      assert.deepEqual(
        warnings.filter(({ what }: { what: string }) => what.startsWith('Every account')),
        [],
      )
    })
  }

  test('an admin lists the tokens of all accounts, nobody else does', async () => {
    const { call, person } = await withLogin(await open())
    const [alice] = [await person('alice'), await person('bob')]
    assert.equal((await call(alice, 'GET', 'millrace/tokens/list?all=true')).status, 403)
    const { tokens } = (await call(admin, 'GET', 'millrace/tokens/list?all=true')).body
    assert.deepEqual(
      tokens.map(({ username }: { username: string }) => username),
      ['alice', 'bob'],
    )
  })

  test('tokens of all accounts come in pages that leave nothing out, and are found by account or name', async () => {
    const { call, person } = await withLogin(await open())
    for (const name of ['bob', 'alice']) {
      const as = await person(name)
      for (const purpose of ['One', 'two']) await call(as, 'POST', 'millrace/tokens/create', { name: purpose, scope: 'read' })
    }
    const list = async (query: string) => (await call(admin, 'GET', `millrace/tokens/list?all=true&${query}`)).body
    const seen: string[] = []
    for (let token = ''; ; ) {
      const { tokens, total, next_page_token } = await list(`max_results=4&page_token=${encodeURIComponent(token)}`)
      assert.equal(total, 6)
      seen.push(...tokens.map(({ username, name }: { username: string; name: string }) => `${username} ${name}`))
      if (!next_page_token) break
      token = next_page_token
    }
    assert.deepEqual(seen.toSorted(), ['alice One', 'alice test', 'alice two', 'bob One', 'bob test', 'bob two'])
    assert.deepEqual(
      seen.map((one) => one.split(' ')[0]),
      ['alice', 'alice', 'alice', 'bob', 'bob', 'bob'],
    )
    assert.equal((await list('max_results=1&search=oNe')).total, 2)
    assert.equal((await list('max_results=1&search=ALI')).total, 3)
    assert.equal((await list('max_results=1&search=one')).tokens[0].username, 'alice')
  })

  test('a token is shown once, stored as a hash, told without its secret, and lets in as Bearer and as a password', async () => {
    const db = await open()
    const { call, person, whoIs } = await withLogin(db)
    const alice = await person('alice')
    const made = await call(alice, 'POST', 'millrace/tokens/create', { name: 'nightly', scope: 'read', expires_in_s: DAY_S })
    assert.equal(made.status, 200, made.text)
    const { token, secret } = made.body
    assert.match(secret, /^mlr_[0-9A-Za-z]{38}$/)
    assert.deepEqual(
      [token.username, token.name, token.scope, token.expires_ms - token.created_ms],
      ['alice', 'nightly', 'read', DAY_S * 1000],
    )
    assert.ok(!JSON.stringify(await db.reader.all(query('select * from account_token'))).includes(secret.slice(4)))
    assert.equal(await whoIs(bearer(secret)), 'alice')
    assert.equal(await whoIs(basic('alice', secret)), 'alice')
    assert.equal(await whoIs(basic('admin', secret)), 401)
    const listed = await call(alice, 'GET', 'millrace/tokens/list')
    assert.deepEqual(
      listed.body.tokens.map((one: { name: string }) => one.name),
      ['test', 'nightly'],
    )
    assert.ok(!listed.text.includes(secret))
    const lasting = await call(alice, 'POST', 'millrace/tokens/create', { name: 'lasting', expires_in_s: 0 })
    assert.deepEqual([lasting.body.token.scope, lasting.body.token.expires_ms], ['write', undefined])
    await db.write(async (tx) => {
      await tx.run(command("update account_token set expires_ms = 1 where name = 'nightly'"))
      await tx.run(command('update access_epoch set epoch = epoch + 1'))
    })
    await new Promise((resolve) => setTimeout(resolve, 600))
    assert.equal(await whoIs(bearer(secret)), 401)
  })

  test('AU-07 a token ends at once: when it is revoked, with its account, when that is shut out, and with a new password', async () => {
    const db = await open()
    const { call, person, whoIs } = await withLogin(db)
    const create = async (as: Record<string, string>, body: object = {}): Promise<{ id: string; as: Record<string, string> }> => {
      const made = await call(as, 'POST', 'millrace/tokens/create', { name: 'n', scope: 'manage', expires_in_s: 0, ...body })
      assert.equal(made.status, 200, made.text)
      return { id: made.body.token.token_id, as: bearer(made.body.secret) }
    }
    const alice = await person('alice')
    const first = await create(alice)
    assert.equal(await whoIs(first.as), 'alice')
    assert.equal((await call(alice, 'POST', 'millrace/tokens/revoke', { token_id: first.id })).status, 200)
    assert.equal(await whoIs(first.as), 401)
    assert.equal(await whoIs(alice), 'alice')
    const disable = (disabled: boolean) => call(admin, 'PATCH', 'millrace/users/update-disabled', { username: 'alice', disabled })
    assert.equal((await disable(true)).status, 200)
    assert.equal(await whoIs(alice), 401)
    assert.equal((await disable(false)).status, 200)
    assert.equal(await whoIs(alice), 'alice')
    const password = 'seven tall maples 9'
    assert.equal((await call(admin, 'PATCH', 'mlflow/users/update-password', { username: 'alice', password })).status, 200)
    assert.equal(await whoIs(alice), 401)
    const bob = await person('bob')
    assert.equal(await whoIs(bob), 'bob')
    assert.equal((await call(admin, 'DELETE', 'mlflow/users/delete', { username: 'bob' })).status, 200)
    assert.equal(await whoIs(bob), 401)
    assert.equal((await call(admin, 'PATCH', 'millrace/users/update-disabled', { username: 'admin', disabled: true })).status, 400)
  })

  test('AZ-16 tokens of others are seen and ended by admins alone, and made for programs only', async () => {
    const db = await open()
    const { call, person, whoIs } = await withLogin(db)
    const [alice, bob] = [await person('alice'), await person('bob')]
    const [one] = (await call(alice, 'GET', 'millrace/tokens/list')).body.tokens
    const [own, free] = [one.token_id, 'nothing']
    const revoke = (as: Record<string, string>, token_id: string) => call(as, 'POST', 'millrace/tokens/revoke', { token_id })
    const [known, unknown] = [await revoke(bob, own), await revoke(bob, free)]
    assert.deepEqual([known.status, unknown.status], [404, 404])
    assert.equal(known.text.replace(own, free), unknown.text)
    assert.equal((await call(bob, 'GET', 'millrace/tokens/list?username=alice')).status, 403)
    assert.equal((await call(bob, 'GET', 'millrace/tokens/list?username=nobody')).status, 403)
    assert.equal((await call(bob, 'POST', 'millrace/tokens/create', { name: 'x', username: 'alice' })).status, 403)
    assert.equal((await call(admin, 'POST', 'millrace/tokens/create', { name: 'x', username: 'alice' })).status, 400)
    assert.equal((await call(admin, 'GET', 'millrace/tokens/list?username=alice')).body.tokens.length, 1)
    assert.equal((await revoke(admin, own)).status, 200)
    assert.equal(await whoIs(alice), 401)

    assert.equal((await call(bob, 'POST', 'millrace/users/create-service', { username: 'ci' })).status, 403)
    assert.equal((await call(admin, 'POST', 'millrace/users/create-service', { username: 'ci' })).status, 200)
    const made = await call(admin, 'POST', 'millrace/tokens/create', { name: 'x', username: 'ci' })
    assert.equal(await whoIs(bearer(made.body.secret)), 'ci')
    const set = await call(admin, 'PATCH', 'mlflow/users/update-password', { username: 'ci', password: 'seven tall maples 9' })
    assert.equal(set.status, 400)
  })

  test('a token does what its scope is for and no more, also an admin’s', async () => {
    const { call } = await withLogin(await open())
    const tokenFor = async (scope: string): Promise<Record<string, string>> =>
      bearer((await call(admin, 'POST', 'millrace/tokens/create', { name: scope, scope })).body.secret)
    const [read, write, manage] = [await tokenFor('read'), await tokenFor('write'), await tokenFor('manage')]
    const { experiment_id } = (await call(admin, 'POST', 'mlflow/experiments/create', { name: 'e' })).body
    const attempts: [string, string, object | undefined, string][] = [
      ['GET', `mlflow/experiments/get?experiment_id=${experiment_id}`, undefined, 'read'],
      ['POST', 'mlflow/experiments/search', { max_results: 1 }, 'read'],
      ['POST', 'mlflow/runs/search', { experiment_ids: [experiment_id] }, 'read'],
      ['GET', 'millrace/tokens/list', undefined, 'read'],
      ['POST', 'mlflow/runs/create', { experiment_id }, 'write'],
      ['POST', 'mlflow/experiments/create', { name: 'f' }, 'write'],
      ['POST', 'mlflow/registered-models/create', { name: 'm' }, 'write'],
      ['GET', 'mlflow/users/list', undefined, 'manage'],
      ['GET', 'mlflow/webhooks', undefined, 'manage'],
      ['POST', 'millrace/tokens/create', { name: 'more', expires_in_s: 60 }, 'manage'],
      ['PATCH', 'mlflow/users/update-admin', { username: 'admin', is_admin: true }, 'manage'],
      ['POST', 'mlflow/experiments/delete', { experiment_id }, 'manage'],
    ]
    const order = ['read', 'write', 'manage']
    for (const [method, path, body, needed] of attempts) {
      for (const [has, as] of [
        ['read', read],
        ['write', write],
        ['manage', manage],
      ] as const) {
        const mayNot = order.indexOf(has) < order.indexOf(needed)
        if (!mayNot && has !== needed) continue
        const answer = await call(as, method, path, body)
        assert.equal(answer.status, mayNot ? 403 : 200, `${has}: ${method} ${path} ${answer.text}`)
        if (mayNot) assert.match(answer.body.message, new RegExp(`scope "${has}".*needs "${needed}"`))
      }
    }
  })

  test('a token makes none that may more or lives longer than itself, nor as many as there are', async () => {
    const db = await open()
    const { call, person } = await withLogin(db)
    const alice = await person('alice')
    const made = await call(alice, 'POST', 'millrace/tokens/create', { name: 'n', scope: 'manage', expires_in_s: 3600 })
    const short = bearer(made.body.secret)
    const create = (body: object) => call(short, 'POST', 'millrace/tokens/create', { name: 'n', ...body })
    assert.equal((await create({ expires_in_s: 0 })).status, 403)
    assert.equal((await create({ expires_in_s: 7200 })).status, 403)
    assert.equal((await create({ expires_in_s: 60 })).status, 200)
    for (const bad of [{ name: '' }, { name: 'a\nb' }, { scope: 'admin' }, { expires_in_s: -1 }])
      assert.equal((await create(bad)).status, 400)
    const { id } = await requireAccount(db.reader, 'alice')
    await db.write(async (tx) => {
      for (let n = 0; n < 197; n++) await addToken(tx, id, { name: 'x', scope: 'read', expires_ms: null }, 1)
    })
    assert.equal((await create({ expires_in_s: 60 })).status, 409)
  })
})

test('no route that changes something is open to a token for reading', () => {
  for (const endpoint of endpoints) {
    if ('public' in endpoint.access) continue
    if (endpoint.kind === 'write') assert.notEqual(scopeFor(endpoint), 'read', endpoint.route)
    if (endpoint.kind === 'stream' && !endpoint.route.startsWith('GET ')) assert.notEqual(scopeFor(endpoint), 'read', endpoint.route)
  }
})
