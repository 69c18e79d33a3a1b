import assert from 'node:assert/strict'
import http from 'node:http'
import net from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { newFolder, post, startServer } from './testing/command.ts'

type Outcome = { acknowledged: number[]; cut: string[] }

/** Logs metrics one after another until the server takes no more connections; notes what it acknowledged and what was cut. */
function write(url: string, run_id: string, writer: number, agent: http.Agent, outcome: Outcome): Promise<void> {
  return new Promise((resolve) => {
    let step = writer * 1_000_000
    const next = (): void => {
      step++
      const sent = step
      const body = JSON.stringify({ run_id, key: `k${writer}`, value: sent, step: sent, timestamp: 1 })
      const headers = { 'content-type': 'application/json', 'content-length': body.length }
      const request = http.request(`${url}/api/2.0/mlflow/runs/log-metric`, { method: 'POST', agent, headers }, (answer) => {
        answer.resume()
        answer.once('error', (error) => outcome.cut.push(error.message))
        answer.once('end', () => {
          if (answer.statusCode === 200) outcome.acknowledged.push(sent)
          else outcome.cut.push(`status ${answer.statusCode}`)
          next()
        })
      })
      request.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ECONNREFUSED') outcome.cut.push(error.code ?? error.message)
        resolve()
      })
      request.end(body)
    }
    next()
  })
}

/** Waits until the writers have that many acknowledgements, which a busy machine takes longer for. */
async function written(outcome: Outcome, more_than: number): Promise<void> {
  for (const deadline = Date.now() + 60_000; outcome.acknowledged.length <= more_than; await sleep(10)) {
    assert.ok(Date.now() < deadline, `only ${outcome.acknowledged.length} writes`)
  }
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} under eight writers cuts no request and loses no acknowledged write`, async () => {
    const cwd = newFolder()
    const server = await startServer([], { cwd })
    const { run_id } = (await post(server.url, 'runs/create', { experiment_id: '0' })).body.run.info
    const agent = new http.Agent({ keepAlive: true })
    const outcome: Outcome = { acknowledged: [], cut: [] }
    const writers = Array.from({ length: 8 }, (_, writer) => write(server.url, run_id, writer, agent, outcome))
    await sleep(400)
    await written(outcome, 50)
    server.process.kill(signal)
    await Promise.all(writers)
    assert.equal((await server.ended).code, 0)
    assert.deepEqual(outcome.cut, [])
    agent.destroy()

    const { default: Sqlite } = await import('better-sqlite3')
    const db = new Sqlite(`${cwd}/millrace-data/millrace.db`, { readonly: true })
    const kept = new Set((db.prepare('select step from metric').all() as { step: number }[]).map(({ step }) => step))
    db.close()
    assert.deepEqual(
      outcome.acknowledged.filter((step) => !kept.has(step)),
      [],
    )
  })
}

const takesConnections = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = net.connect(Number(port), hostname, () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

test('waits for a request that is under way, and a second Ctrl-C does not', async () => {
  for (const [again, code] of [
    [false, 0],
    [true, 130],
  ] as const) {
    const server = await startServer([])
    const headers = { 'content-type': 'application/json', 'content-length': 13, expect: '100-continue' }
    const request = http.request(`${server.url}/api/2.0/mlflow/experiments/create`, { method: 'POST', headers })
    // The server says so once it has read the head: then the request is under way.
    const begun = new Promise((resolve) => request.once('continue', resolve))
    const answered = new Promise<number | undefined>((resolve) => {
      request.once('response', (answer) => resolve(answer.statusCode))
      request.once('error', () => resolve(undefined))
    })
    request.write('{"name":')
    await begun
    server.process.kill('SIGINT')
    while (await takesConnections(server.url)) await sleep(10)
    await sleep(500)
    if (again) server.process.kill('SIGINT')
    else request.end('"ab"}')
    assert.equal(await answered, again ? undefined : 200)
    assert.equal((await server.ended).code, code)
  }
})

test('closes at once when connections are open and nothing is asked', async () => {
  const server = await startServer([])
  const agent = new http.Agent({ keepAlive: true })
  await new Promise((resolve) => http.get(`${server.url}/health`, { agent }, (answer) => answer.resume().once('end', resolve)))
  const started = Date.now()
  server.process.kill('SIGTERM')
  assert.equal((await server.ended).code, 0)
  // The connection would be kept for a minute and more.
  assert.ok(Date.now() - started < 20_000)
  agent.destroy()
})

test('several processes on PostgreSQL share the port, replace a lost one, and end together', async () => {
  const { default: pg } = await import('pg')
  const admin = new pg.Client({ connectionString: process.env.MILLRACE_TEST_POSTGRES })
  await admin.connect()
  await admin.query('create schema millrace_workers')
  const uri = new URL(process.env.MILLRACE_TEST_POSTGRES ?? '')
  uri.searchParams.set('options', '-c search_path=millrace_workers')
  const server = await startServer(['--workers', '2'], { env: { MLFLOW_BACKEND_STORE_URI: uri.href } })
  const { run_id } = (await post(server.url, 'runs/create', { experiment_id: '0' })).body.run.info
  const { readFileSync } = await import('node:fs')
  const children = (): string[] => readFileSync(`/proc/${server.process.pid}/task/${server.process.pid}/children`, 'utf8').trim().split(' ')
  process.kill(Number(children()[0]), 'SIGKILL')
  await server.until(/another one starts/)
  const outcome: Outcome = { acknowledged: [], cut: [] }
  const agent = new http.Agent({ keepAlive: true })
  const writers = Array.from({ length: 4 }, (_, writer) => write(server.url, run_id, writer, agent, outcome))
  await sleep(1500)
  await written(outcome, 20)
  assert.equal(children().length, 2)
  server.process.kill('SIGTERM')
  await Promise.all(writers)
  assert.equal((await server.ended).code, 0)
  assert.deepEqual(outcome.cut, [])
  const { rows } = await admin.query('select step from millrace_workers.metric')
  const kept = new Set(rows.map(({ step }) => Number(step)))
  assert.ok(outcome.acknowledged.every((step) => kept.has(step)))
  agent.destroy()
  await admin.query('drop schema millrace_workers cascade')
  await admin.end()
})

test('several processes end together also when one of them is just starting', async () => {
  const { default: pg } = await import('pg')
  const admin = new pg.Client({ connectionString: process.env.MILLRACE_TEST_POSTGRES })
  await admin.connect()
  await admin.query('create schema millrace_starting')
  const uri = new URL(process.env.MILLRACE_TEST_POSTGRES ?? '')
  uri.searchParams.set('options', '-c search_path=millrace_starting')
  const server = await startServer(['--workers', '2'], { env: { MLFLOW_BACKEND_STORE_URI: uri.href } })
  const { readFileSync } = await import('node:fs')
  const children = (): string[] => readFileSync(`/proc/${server.process.pid}/task/${server.process.pid}/children`, 'utf8').trim().split(' ')
  const lost = children()[0] as string
  process.kill(Number(lost), 'SIGKILL')
  while (children().length < 2 || children().includes(lost)) await sleep(5)
  server.process.kill('SIGTERM')
  const late = setTimeout(() => server.process.kill('SIGKILL'), 60_000)
  assert.equal((await server.ended).code, 0)
  clearTimeout(late)
  await admin.query('drop schema millrace_starting cascade')
  await admin.end()
})
