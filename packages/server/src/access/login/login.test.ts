import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../db/database.ts'
import { command, query } from '../../db/handles.ts'
import { addPerson } from '../../testing/accounts.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { FORM, Jar, PAGE, SCRIPT } from '../../testing/jar.ts'
import { TestServer } from '../../testing/server.ts'
import { addAccount } from '../account-store.ts'
import { ownPath } from '../own-path.ts'
import { startLogin } from '../start.ts'
import { addToken } from '../token-store.ts'

const PASSWORD = 'grey-otter-41-lantern'
const API = '/api/2.0/millrace'
async function withLogin(db: Database) {
  await addPerson(db, 'admin', PASSWORD, true)
  const login = { default_permission: 'READ', admin_username: 'admin' } as const
  const server = new TestServer(db, {}, { authority: (await startLogin(db, login)).authority })
  return { server, jar: () => new Jar(server) }
}

const basic = { authorization: `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}` }

overEachDatabase('browser sessions', (open) => {
  test('a person is sent to the login page and from there to where they were going; a script and a program get 401', async () => {
    const { server, jar } = await withLogin(await open())
    const browser = jar()
    const sent = await browser.call('GET', '/docs/api?x=1', undefined, PAGE)
    assert.deepEqual([sent.status, sent.headers.location], [303, '/login?next=%2Fdocs%2Fapi%3Fx%3D1'])
    const script = await browser.call('GET', `${API}/sessions/current`, undefined, SCRIPT)
    assert.deepEqual([script.status, script.headers['www-authenticate']], [401, undefined])
    const program = await server.call('GET', '/docs/api')
    assert.deepEqual([program.status, program.headers['www-authenticate']], [401, 'Basic realm="mlflow"'])

    const wrong = await browser.signIn('admin', 'wrong', '/docs/api?x=1')
    assert.deepEqual([wrong.status, wrong.headers.location], [303, '/login?problem=wrong&next=%2Fdocs%2Fapi%3Fx%3D1'])
    assert.match((await browser.call('GET', String(wrong.headers.location), undefined, PAGE)).text, /do not belong together/)
    const right = await browser.signIn('admin', PASSWORD, '/docs/api?x=1')
    assert.deepEqual([right.status, right.headers.location], [303, '/docs/api?x=1'])
    assert.match(String(right.headers['set-cookie']), /^millrace-5000=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/)
    assert.equal((await browser.call('GET', '/docs/api?x=1', undefined, PAGE)).status, 200)
    const { body } = await browser.call('GET', `${API}/sessions/current`, undefined, SCRIPT)
    assert.deepEqual([body.username, body.is_admin], ['admin', true])
  })

  test('by TLS the cookie is __Host- and Secure, and one that was planted without TLS is not taken', async () => {
    const db = await open()
    const { server, jar } = await withLogin(db)
    const secure = { ...FORM, origin: 'https://localhost:5000' }
    const browser = jar()
    const form = await browser.call('GET', '/login', undefined, { ...PAGE, 'x-forwarded-proto': 'https' })
    assert.match(String(form.headers['set-cookie']), /^__Host-millrace-form=\S+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/)
    const csrf_token = /name="csrf_token" value="([^"]+)"/.exec(form.text)?.[1] as string
    const made = await browser.post('/login', { csrf_token, username: 'admin', password: PASSWORD }, secure)
    const [, secret = ''] = /^__Host-millrace=([\w-]{43}); Path=\/; .*; Secure$/.exec(String(made.headers['set-cookie'])) ?? []
    const ask = async (cookie: string, more: object = {}) =>
      (await server.call('GET', `${API}/sessions/current`, undefined, { cookie, ...more })).status
    assert.equal(await ask(`__Host-millrace=${secret}`, { 'x-forwarded-proto': 'https' }), 200)
    assert.equal(await ask(`millrace-5000=${secret}`, { 'x-forwarded-proto': 'https' }), 401)
    assert.equal(await ask(`__Host-millrace=${secret}; __Host-millrace=${secret}`), 401)
    assert.ok(!JSON.stringify(await db.reader.all(query('select * from account_session'))).includes(secret))
  })

  test('AU-04 BR-04 a cookie alone changes nothing: a page needs the token, on every route and prefix', async () => {
    const { jar } = await withLogin(await open())
    const browser = jar()
    await browser.signIn('admin', PASSWORD)
    for (const prefix of ['/api', '/ajax-api']) {
      const create = (name: string, headers: Record<string, string>) =>
        browser.call('POST', `${prefix}/2.0/mlflow/experiments/create`, { name }, headers)
      for (const headers of [SCRIPT, { ...SCRIPT, 'x-millrace-csrf': '' }, { ...SCRIPT, 'x-millrace-csrf': 'x'.repeat(43) }, {}]) {
        const refused = await create('e', headers as Record<string, string>)
        assert.equal(refused.status, 403, refused.text)
        assert.match(refused.body.message, /Cross-site request blocked/)
      }
      const token = { 'x-millrace-csrf': await browser.csrf() }
      assert.equal((await create(`made ${prefix}`, { ...SCRIPT, ...token })).status, 200)
      for (const origin of ['https://evil.example', 'null']) assert.equal((await create('e', { ...SCRIPT, origin, ...token })).status, 403)
    }
    const other = jar()
    await other.signIn('admin', PASSWORD)
    const stolen = { ...SCRIPT, 'x-millrace-csrf': await other.csrf() }
    assert.equal((await browser.call('POST', '/api/2.0/mlflow/experiments/create', { name: 'e' }, stolen)).status, 403)
    assert.equal((await browser.call('POST', '/logout', undefined, SCRIPT)).status, 415)
    assert.equal((await browser.post('/logout', { csrf_token: 'x' })).status, 403)
    assert.equal(
      (await browser.post('/logout', {}, { ...FORM, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).status,
      403,
    )
    assert.equal((await browser.call('GET', `${API}/sessions/current`, undefined, SCRIPT)).status, 200)
  })

  test('AU-04 a login form of another page signs nobody in', async () => {
    const { jar } = await withLogin(await open())
    const browser = jar()
    const fields = { username: 'admin', password: PASSWORD }
    const without = await browser.post('/login', fields)
    assert.match(String(without.headers.location), /problem=stale/)
    await browser.call('GET', '/login', undefined, PAGE)
    const guessed = await browser.post('/login', { ...fields, csrf_token: 'x'.repeat(43) })
    assert.match(String(guessed.headers.location), /problem=stale/)
    const foreign = { ...FORM, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    assert.equal((await browser.post('/login', fields, foreign)).status, 403)
    assert.equal((await browser.post('/login', fields, { ...FORM, origin: 'null' })).status, 403)
    assert.equal((await browser.call('POST', '/login', fields, SCRIPT)).status, 415)
    assert.equal((await browser.post('/login', { ...fields, next: 'x'.repeat(20_000) })).status, 413)
    assert.ok([...browser.cookies.keys()].every((name) => name.includes('form')))
  })

  test('AU-07 a session ends with logout, a new password, its account, and by hand: the cookie is worth nothing at once', async () => {
    const db = await open()
    const { server, jar } = await withLogin(db)
    const as = (method: string, path: string, body: unknown) => server.call(method, `/api/2.0/${path}`, body, basic)
    const works = async (browser: Jar) => (await browser.call('GET', `${API}/sessions/current`, undefined, SCRIPT)).status === 200
    const signedIn = async (name: string, password: string): Promise<Jar> => {
      const browser = jar()
      assert.equal((await browser.signIn(name, password)).status, 303)
      assert.ok(await works(browser))
      return browser
    }
    const left = await signedIn('admin', PASSWORD)
    const kept = new Map(left.cookies)
    const out = await left.post('/logout', { csrf_token: await left.csrf() })
    assert.deepEqual([out.status, out.headers.location], [303, '/login?problem=ended'])
    for (const [name, value] of kept) left.cookies.set(name, value)
    assert.ok(!(await works(left)))

    await addPerson(db, 'alice', 'seven tall maples 9')
    const alice = await signedIn('alice', 'seven tall maples 9')
    const listed = (await as('GET', 'millrace/sessions/list?username=alice', undefined)).body.sessions
    assert.deepEqual([listed.length, listed[0].method, listed[0].current], [1, 'password', false])
    assert.equal((await alice.call('GET', `${API}/sessions/list`)).body.sessions[0].current, true)
    assert.equal((await as('POST', 'millrace/sessions/revoke', { session_id: listed[0].session_id })).status, 200)
    assert.ok(!(await works(alice)))

    const changed = await signedIn('alice', 'seven tall maples 9')
    await as('PATCH', 'mlflow/users/update-password', { username: 'alice', password: 'nine short birches 7' })
    assert.ok(!(await works(changed)))
    const disabled = await signedIn('alice', 'nine short birches 7')
    await as('PATCH', 'millrace/users/update-disabled', { username: 'alice', disabled: true })
    assert.ok(!(await works(disabled)))
    await as('PATCH', 'millrace/users/update-disabled', { username: 'alice', disabled: false })
    assert.ok(!(await works(disabled)), 'the session is gone, not asleep')
    const gone = await signedIn('alice', 'nine short birches 7')
    await as('DELETE', 'mlflow/users/delete', { username: 'alice' })
    assert.ok(!(await works(gone)))
  })

  test('AZ-16 sessions of others are not told of and not ended; a session ends by itself', async () => {
    const db = await open()
    const { server, jar } = await withLogin(db)
    const { secret } = await db.write(async (tx) => {
      const { id } = await addAccount(tx, 'bob', null, 1)
      return addToken(tx, id, { name: 't', scope: 'manage', expires_ms: null }, 1)
    })
    const bob = { authorization: `Bearer ${secret}` }
    const browser = jar()
    await browser.signIn('admin', PASSWORD)
    const { session_id } = (await browser.call('GET', `${API}/sessions/current`)).body
    const revoke = (id: string) => server.call('POST', `${API}/sessions/revoke`, { session_id: id }, bob)
    const [known, unknown] = [await revoke(session_id), await revoke('nothing')]
    assert.deepEqual([known.status, known.text.replace(session_id, 'nothing')], [404, unknown.text])
    assert.equal((await server.call('GET', `${API}/sessions/list?username=admin`, undefined, bob)).status, 403)
    for (const column of ['last_used_ms', 'expires_ms']) {
      await browser.signIn('admin', PASSWORD)
      const { body } = await browser.call('GET', `${API}/sessions/current`)
      await db.write(async (tx) => {
        await tx.run(command(`update account_session set ${column} = 1 where session_id = ?`), body.session_id)
        await tx.run(command('update access_epoch set epoch = epoch + 1'))
      })
      await new Promise((resolve) => setTimeout(resolve, 600))
      assert.equal((await browser.call('GET', `${API}/sessions/current`)).status, 401, column)
    }
  })

  test('AU-05 the login page counts with all other ways in, and who is locked out is told so', async () => {
    const { server, jar } = await withLogin(await open())
    for (let n = 0; n < 5; n++) assert.equal((await jar().signIn('admin', `wrong ${n}`)).status, 303)
    for (let n = 0; n < 5; n++) {
      const authorization = `Basic ${Buffer.from(`admin:no ${n}`).toString('base64')}`
      assert.equal((await server.call('GET', `${API}/sessions/current`, undefined, { authorization })).status, 401)
    }
    const locked = await jar().signIn('admin', PASSWORD)
    assert.match(String(locked.headers.location), /problem=locked/)
  })
})

test('AU-04 AZ-01 an account is made by the form of /signup, by an admin, and by no form of another page', async () => {
  const { openSqlite } = await import('../../db/sqlite.ts')
  const { migrate } = await import('../../db/migrate.ts')
  const db = openSqlite(':memory:')
  await migrate(db)
  const { server, jar } = await withLogin(db)
  await addPerson(db, 'bob', PASSWORD)
  for (const prefix of ['/api', '/ajax-api']) {
    const url = `${prefix}/2.0/mlflow/users/create-ui`
    const fields = { username: `made by <b> ${prefix.slice(1)}`, password: 'seven tall maples 9' }
    assert.equal((await jar().post(url, fields)).status, 401)
    const bob = jar()
    await bob.signIn('bob', PASSWORD)
    assert.equal((await bob.call('GET', '/signup', undefined, PAGE)).status, 403)
    assert.equal((await bob.post(url, fields)).status, 403)
    const admin = jar()
    await admin.signIn('admin', PASSWORD)
    const page = await admin.call('GET', '/signup', undefined, PAGE)
    const csrf_token = /name="csrf_token" value="([^"]+)"/.exec(page.text)?.[1] as string
    assert.match((await admin.post(url, fields)).body.message, /The CSRF token is missing/)
    assert.equal((await admin.post(url, { ...fields, csrf_token: 'x'.repeat(43) })).status, 403)
    const foreign = { ...FORM, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    assert.equal((await admin.post(url, { ...fields, csrf_token }, foreign)).status, 403)
    assert.equal((await admin.post(url, { ...fields, csrf_token }, { ...foreign, 'sec-fetch-site': 'same-site' })).status, 403)
    assert.equal((await admin.post(url, { ...fields, csrf_token, password: 'password1234' })).status, 400)
    const made = await admin.post(url, { ...fields, csrf_token })
    assert.equal(made.status, 200, made.text)
    assert.match(made.text, /Successfully signed up user: made by &#60;b&#62;/)
    assert.equal((await admin.post(url, { ...fields, csrf_token })).status, 400)
  }
  await server.app.close()
  await db.close()
})

test('BR-13 after signing in one stays on this server', () => {
  for (const bad of [
    '//evil.example',
    '/\\evil.example',
    'https:evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '\t//evil.example',
    '/\t/evil.example',
    '/%0d%0aset-cookie:x',
    '',
    'evil',
    '/./../\\evil.example',
    `/${'x'.repeat(3000)}`,
    '/a\nb',
    '/\u202e',
  ]) {
    const path = ownPath(bad, '')
    const url = new URL(path, 'http://here.invalid')
    assert.equal(url.origin, 'http://here.invalid', bad)
    assert.ok(path.startsWith('/') && !path.startsWith('//') && !/[\s\\]/.test(path), bad)
  }
  assert.equal(ownPath('//evil.example', ''), '/')
  assert.equal(ownPath('/.//evil.example', ''), '/')
  assert.equal(ownPath('/docs/api?x=1', ''), '/docs/api?x=1')
  assert.equal(ownPath('/#/experiments/1', ''), '/#/experiments/1', 'the web page keeps its view behind the #')
  assert.equal(ownPath('/docs/api', '/ml'), '/ml/')
  assert.equal(ownPath('/ml/docs/api', '/ml'), '/ml/docs/api')
})

test('BR-12 the login page has no script, a policy for what it shows, and does not repeat what its address says', async () => {
  const { openSqlite } = await import('../../db/sqlite.ts')
  const { migrate } = await import('../../db/migrate.ts')
  const db = openSqlite(':memory:')
  await migrate(db)
  const { server } = await withLogin(db)
  const { text, headers } = await server.call('GET', `/login?next=${encodeURIComponent('/"><script>alert(1)</script>')}&problem=%3Cb%3E`)
  assert.ok(!text.includes('<script') && !text.includes('<b>'))
  const policy = String(headers['content-security-policy'])
  assert.equal(policy, "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
  assert.equal(headers['cache-control'], 'no-store')
  assert.equal((await server.call('GET', '/login/assets/login.css')).status, 200)
  for (const name of ['../page.ts', '%2e%2e%2fpage.ts', 'page.ts']) {
    assert.ok([400, 404].includes((await server.call('GET', `/login/assets/${name}`)).status), name)
  }
  await server.app.close()
  await db.close()
})
