import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newFolder, run, startServer } from './testing/command.ts'

const PASSWORD = 'grey-otter-41-lantern'
const SCHEMA = 'millrace_three'

async function statusOf(url: string, authorization: string): Promise<number> {
  const answer = await fetch(`${url}/api/2.0/mlflow/users/current`, { headers: { authorization } })
  await answer.arrayBuffer()
  return answer.status
}

test('AU-07 three processes on one PostgreSQL refuse a revoked token within a second, and whoever else is in stays in', async (t) => {
  const { default: pg } = await import('pg')
  const admin = new pg.Client({ connectionString: process.env.MILLRACE_TEST_POSTGRES })
  await admin.connect()
  await admin.query(`create schema ${SCHEMA}`)
  const uri = new URL(process.env.MILLRACE_TEST_POSTGRES ?? '')
  uri.searchParams.set('options', `-c search_path=${SCHEMA}`)
  const env = { MLFLOW_BACKEND_STORE_URI: uri.href, MILLRACE_ADMIN_PASSWORD: PASSWORD }
  const cwd = newFolder()
  const first = await startServer(['--auth'], { cwd, env })
  const servers = [first, await startServer(['--auth'], { cwd, env }), await startServer(['--auth'], { cwd, env })]
  t.after(async () => {
    for (const { process } of servers) process.kill('SIGTERM')
    for (const { ended } of servers) assert.equal((await ended).code, 0)
    await admin.query(`drop schema ${SCHEMA} cascade`)
    await admin.end()
  })
  const basic = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`
  const post = async (url: string, path: string, body: object) => {
    const headers = { 'content-type': 'application/json', authorization: basic }
    const answer = await fetch(`${url}/api/2.0/millrace/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    assert.equal(answer.status, 200)
    return (await answer.json()) as { secret: string; token: { token_id: string } }
  }
  const create = () => post(first.url, 'tokens/create', { name: 'three', scope: 'read' })

  for (const how of ['endpoint', 'command'] as const) {
    const { secret, token } = await create()
    const bearer = `Bearer ${secret}`
    // Each of the three has the token in its memory.
    for (const { url } of servers) for (let n = 0; n < 3; n++) assert.equal(await statusOf(url, bearer), 200)
    for (const { url } of servers) assert.equal(await statusOf(url, basic), 200)
    if (how === 'endpoint') await post(first.url, 'tokens/revoke', { token_id: token.token_id })
    else assert.equal((await run(['tokens', 'revoke', token.token_id], { cwd, env })).code, 0)
    const revoked_ms = performance.now()
    const refused_ms = await Promise.all(
      servers.map(async ({ url }) => {
        // When the last that was let in was sent: how long an answer takes is the machine's doing.
        for (let accepted_ms = revoked_ms; ; await new Promise((resolve) => setTimeout(resolve, 10))) {
          const sent_ms = performance.now()
          if ((await statusOf(url, bearer)) !== 200) return accepted_ms - revoked_ms
          accepted_ms = sent_ms
        }
      }),
    )
    t.diagnostic(`revoked by ${how}: refused after ${refused_ms.map((ms) => ms.toFixed(0)).join(', ')} ms`)
    assert.ok(Math.max(...refused_ms) < 1000, `${refused_ms} ms`)
    for (const { url } of servers) assert.deepEqual([await statusOf(url, bearer), await statusOf(url, basic)], [401, 200])
  }
})
