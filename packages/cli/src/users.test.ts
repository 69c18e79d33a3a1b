import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, readPassword, type Terminal } from './password.ts'
import { newFolder, run, startServer } from './testing/command.ts'

const PASSWORD = 'grey-otter-41-lantern'
const OTHER = 'seven tall maples 9'
const basic = (name: string, secret: string) => `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`

async function whoIs(url: string, authorization: string): Promise<string> {
  const answer = await fetch(`${url}/api/2.0/mlflow/users/current`, { headers: { authorization } })
  if (answer.status !== 200) return String(answer.status)
  const { user } = (await answer.json()) as { user: { username: string; is_admin: boolean } }
  return `${user.username}${user.is_admin ? ' admin' : ''}`
}

/** What another process changed is seen within a second. */
async function soon(ask: () => Promise<string>, wanted: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; await sleep(50)) {
    const got = await ask()
    if (got === wanted) return
    assert.ok(Date.now() < deadline, `${got}, and not ${wanted}`)
  }
}

test('who lost the first token sets the admin a password from the shell, and the running server takes it', async () => {
  const cwd = newFolder()
  const server = await startServer(['--auth'], { cwd })
  const [, token = ''] = await server.until(/\n {4}(mlr_[0-9A-Za-z]+)\n/)
  assert.match(server.said(), /millrace users set-password admin/)
  const millrace = (args: string[], env: Record<string, string> = {}) => run(args, { cwd, env })
  const weak = await millrace(['users', 'set-password', 'admin'], { MILLRACE_USER_PASSWORD: 'password1234' })
  assert.deepEqual([weak.code, weak.out], [1, ''])
  assert.match(weak.err, /tried first/)
  assert.equal(await whoIs(server.url, `Bearer ${token}`), 'admin admin')
  const set = await millrace(['users', 'set-password', 'admin'], { MILLRACE_USER_PASSWORD: PASSWORD })
  assert.equal(set.code, 0, set.err)
  assert.ok(!(set.out + set.err).includes(PASSWORD))
  await soon(() => whoIs(server.url, basic('admin', PASSWORD)), 'admin admin')
  await soon(() => whoIs(server.url, `Bearer ${token}`), '401')

  writeFileSync(join(cwd, 'pw'), `${OTHER}\n`)
  assert.equal((await millrace(['users', 'create', 'alice'], { MILLRACE_USER_PASSWORD_FILE: join(cwd, 'pw') })).code, 0)
  assert.equal(await whoIs(server.url, basic('alice', OTHER)), 'alice')
  const twice = await millrace(['users', 'create', 'alice'], { MILLRACE_USER_PASSWORD: PASSWORD })
  assert.equal(twice.code, 1)
  assert.match(twice.err, /already exists/)
  assert.equal((await millrace(['users', 'make-admin', 'alice'])).code, 0)
  await soon(() => whoIs(server.url, basic('alice', OTHER)), 'alice admin')
  assert.equal((await millrace(['users', 'make-admin', 'alice', '--undo'])).code, 0)
  const last = await millrace(['users', 'disable', 'admin'])
  assert.equal(last.code, 1)
  assert.match(last.err, /admin is the last administrator/)
  assert.equal((await millrace(['users', 'disable', 'alice'])).code, 0)
  await soon(() => whoIs(server.url, basic('alice', OTHER)), '401')
  const { out } = await millrace(['users', 'list'])
  assert.match(out, /^name +kind +is +since\nadmin +person +admin +\d{4}-.*\nalice +person +disabled +\d{4}-.*\n$/)
  assert.equal((await millrace(['users', 'delete', 'alice'])).code, 0)
  assert.deepEqual(
    JSON.parse((await millrace(['users', 'list', '--json'])).out).map((one: { name: string }) => one.name),
    ['admin'],
  )
  server.process.kill('SIGTERM')
  assert.equal((await server.ended).code, 0)
})

test('a token made in the shell signs a program in until it is revoked there', async () => {
  const cwd = newFolder()
  const server = await startServer(['--auth'], { cwd })
  const millrace = (args: string[]) => run(args, { cwd })
  assert.equal((await millrace(['users', 'create', 'ci', '--service'])).code, 0)
  const made = await millrace(['tokens', 'create', 'ci', '--scope', 'read', '--expires', '1d', '--name', 'nightly'])
  assert.match(made.out, /^mlr_[0-9A-Za-z]{38}\n$/)
  const secret = made.out.trim()
  const id = /id (\S+)\. It is shown once/.exec(made.err)?.[1] as string
  assert.equal(await whoIs(server.url, `Bearer ${secret}`), 'ci')
  assert.equal(await whoIs(server.url, basic('ci', secret)), 'ci')
  const { out } = await millrace(['tokens', 'list', 'ci'])
  assert.match(out, new RegExp(`\n${id} +ci +nightly +read +all +\\d{4}-`))
  assert.ok(!out.includes(secret))
  const narrowed = await millrace(['tokens', 'create', 'ci', '--experiments', '0', '--name', 'one'])
  assert.match(narrowed.err, /scope write, only on experiments 0, until/)
  assert.match((await millrace(['tokens', 'list', 'ci'])).out, /one +write +experiments 0 +\d{4}-/)
  const nothing = await millrace(['tokens', 'create', 'ci', '--registered-models', 'none'])
  assert.deepEqual([nothing.code, nothing.out], [1, ''])
  const shown = await millrace(['tokens', 'revoke', secret])
  assert.equal(shown.code, 2)
  assert.ok(!shown.err.includes(secret))
  assert.equal((await millrace(['tokens', 'revoke', id])).code, 0)
  await soon(() => whoIs(server.url, `Bearer ${secret}`), '401')
  const none = await millrace(['users', 'set-password', 'ci'])
  assert.equal(none.code, 2)
  server.process.kill('SIGTERM')
  assert.equal((await server.ended).code, 0)
})

test('commands on accounts need their argument and a database, and take no password in a flag', async () => {
  for (const args of [
    ['users', 'create'],
    ['users', 'delete'],
    ['tokens', 'revoke'],
    ['tokens', 'create', 'ci', '--scope', 'all'],
    ['users', 'create', 'alice', '--password', PASSWORD],
  ]) {
    const { code, err, out } = await run(args)
    assert.equal(code, 2, args.join(' '))
    assert.ok(!(out + err).includes(PASSWORD))
  }
  const nowhere = await run(['users', 'create', 'alice'], { env: { MILLRACE_USER_PASSWORD: PASSWORD } })
  assert.equal(nowhere.code, 1)
  assert.match(nowhere.err, /no database/)
})

test('a password is read from what is piped in, up to the end of its line', async () => {
  const input = new PassThrough()
  input.end(`${PASSWORD}\r\nmore`)
  assert.equal((await readPassword({}, 'alice', input as Terminal)).reveal(), PASSWORD)
  const empty = new PassThrough()
  empty.end()
  await assert.rejects(readPassword({}, 'alice', empty as Terminal), /No password was given for alice/)
})

test('a terminal shows nothing of a password, can mend it, and can give up', async () => {
  const shown = new PassThrough()
  let seen = ''
  shown.on('data', (chunk) => {
    seen += chunk
  })
  const raw: boolean[] = []
  const input = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => raw.push(on) }) as unknown as Terminal & PassThrough
  const typed = ask('Password: ', input, shown)
  for (const keys of ['zzz\x15gre', 'yy\x7f-otter', '\r']) input.write(keys)
  assert.equal(await typed, 'grey-otter')
  const given_up = ask('Password: ', input, shown)
  input.write('abc\x03')
  await assert.rejects(given_up, /Nothing was changed/)
  assert.deepEqual(raw, [true, false, true, false])
  assert.equal(seen, 'Password: \nPassword: \n')
})
