import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { AuditReport } from '../audit-report.ts'
import { auditServer } from './audit-server.ts'

type Replies = (path: string, headers: IncomingHttpHeaders) => readonly [status: number, body: string]

const SEARCH = '/api/2.0/mlflow/experiments/search'
const KNOWN = { authorization: 'Basic YW5uOnNlY3JldA==' }

/** The audit of a server that replies so. */
async function auditOf(replies: Replies, path = '', login = {}): Promise<AuditReport> {
  const server = createServer((request, response) => {
    const [status, body] = replies((request.url ?? '').replace(/\?.*/, ''), request.headers)
    response.writeHead(status, { 'content-type': body.startsWith('{') ? 'application/json' : 'text/plain' }).end(body)
  }).listen(0, '127.0.0.1')
  try {
    await new Promise((listening) => server.once('listening', listening))
    return await auditServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { login })
  } finally {
    server.close()
  }
}

const rules = ({ findings }: AuditReport): string[] => findings.map(({ rule }) => rule)

test('what is no tracking server is not called safe', async () => {
  for (const status of [200, 404, 500]) {
    await assert.rejects(
      auditOf(() => [status, 'hello']),
      { message: `it is no tracking server: a search for experiments was answered with ${status}` },
    )
  }
})

test('MLflow that tells its version to those who are known alone is told it by the login', async () => {
  const basic_auth: Replies = (path, { authorization }) =>
    authorization !== KNOWN.authorization ? [401, 'who?'] : path === '/version' ? [200, '3.9.0'] : [200, '{}']
  const known = await auditOf(basic_auth, '', KNOWN)
  assert.match(known.name, /\(MLflow 3\.9\.0\)$/)
  assert.ok(rules(known).includes('version/cve-2026-2614'))
  assert.ok(rules(known).includes('server/any-host'), 'a login does not hide that it answers to any name')
  const unknown = await auditOf(basic_auth)
  assert.match(unknown.name, /not recognised/)
  for (const unseen of [/^Its version was not looked at/, /^Whether it answers to another host's name was not/, /^The registry was not/])
    assert.ok(unknown.passed.some((one) => unseen.test(one)))
})

test('an address with a path: all below it behind a proxy, or the version alone, as with --static-prefix', async () => {
  const at: Replies = (path) => (path === '/version' ? [200, '3.9.0'] : path.startsWith('/api/') ? [200, '{}'] : [404, ''])
  const proxied: Replies = (path, headers) => (path.startsWith('/mlflow/') ? at(path.slice('/mlflow'.length), headers) : [404, ''])
  const prefixed: Replies = (path, headers) =>
    path === '/mlflow/version' ? [200, '3.9.0'] : path === SEARCH ? at(path, headers) : [404, '']
  for (const replies of [proxied, prefixed]) {
    const report = await auditOf(replies, '/mlflow/')
    assert.match(report.name, /\/mlflow \(MLflow 3\.9\.0\)$/)
    assert.ok(rules(report).includes('version/cve-2026-2614') && rules(report).includes('server/no-login'))
  }
})

test('a server that answers neither with data nor by asking for a login is not said to ask for one', async () => {
  const { passed } = await auditOf((path) => (path === '/version' ? [200, '3.17.2'] : [500, 'broken']))
  assert.ok(passed.includes('Whether it asks for a login was not found out: experiments/search answers 500.'))
})
