import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { type AuditReport, isAtLeast } from '../audit-report.ts'
import { textReport } from '../report/text.ts'
import { auditServer } from './audit-server.ts'

type Replies = (path: string, headers: IncomingHttpHeaders, query: URLSearchParams) => readonly [status: number, body: string]

const SEARCH = '/api/2.0/mlflow/experiments/search'
const KNOWN = { authorization: 'Basic YW5uOnNlY3JldA==' }

/** The audit of a server that replies so. */
async function auditOf(replies: Replies, path = '', login = {}): Promise<AuditReport> {
  const server = createServer((request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?')
    const [status, body] = replies(path, request.headers, new URLSearchParams(query))
    const type = body.startsWith('{') ? 'application/json' : 'text/plain'
    response.writeHead(status, { 'content-type': type, ...(status >= 300 && status < 400 && { location: body }) }).end(body)
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
    assert.ok(unknown.not_read.some((one) => unseen.test(one)))
})

test('an address with a path: all below it behind a proxy, or the version alone, as with --static-prefix', async () => {
  const at: Replies = (path) => (path === '/version' ? [200, '3.9.0'] : path.startsWith('/api/') ? [200, '{}'] : [404, ''])
  const proxied: Replies = (path, ...rest) => (path.startsWith('/mlflow/') ? at(path.slice('/mlflow'.length), ...rest) : [404, ''])
  const prefixed: Replies = (path, ...rest) =>
    path === '/mlflow/version' ? [200, '3.9.0'] : path === SEARCH ? at(path, ...rest) : [404, '']
  for (const replies of [proxied, prefixed]) {
    const report = await auditOf(replies, '/mlflow/')
    assert.match(report.name, /\/mlflow \(MLflow 3\.9\.0\)$/)
    assert.ok(rules(report).includes('version/cve-2026-2614') && rules(report).includes('server/no-login'))
  }
})

test('a server that answers neither with data nor by asking for a login is not said to ask for one', async () => {
  const { not_read } = await auditOf((path) => (path === '/version' ? [200, '3.17.2'] : [500, 'broken']))
  assert.ok(not_read.includes('Whether it asks for a login was not found out: experiments/search answers 500.'))
})

test('with a login on, the API is where the login finds it, above or below the path', async () => {
  const prefixed: Replies = (path, { authorization }) =>
    authorization !== KNOWN.authorization
      ? [401, 'who?']
      : path === '/mlflow/version'
        ? [200, '3.9.0']
        : path === SEARCH
          ? [200, '{}']
          : [401, '']
  const report = await auditOf(prefixed, '/mlflow', KNOWN)
  assert.match(report.name, /\(MLflow 3\.9\.0\)$/)
  assert.ok(rules(report).includes('server/any-host'), 'it was asked at the root')
})

test('an address that leads to another is not said to ask for a login', async () => {
  await assert.rejects(
    auditOf((path) => [301, `https://ml.example${path}`]),
    { message: 'it leads to https://ml.example: name that address' },
  )
})

test('a host name that gets the same refusal as the own one was not found out about', async () => {
  const report = await auditOf((path) => (path === '/version' ? [200, '3.17.2'] : [302, '/sign-in']))
  assert.ok(report.not_read.some((one) => /^Whether it answers to another host's name was not found out: it asks for a login/.test(one)))
  assert.match(textReport(report), /\nNot looked at\n {2}Whether it answers/)
})

test('what could be looked at in part does not pass: unknown where nothing was found, else that or more', async () => {
  const asks: Replies = (path) => (path === '/version' ? [200, '3.17.2'] : [401, 'who?'])
  const nothing = await auditOf(asks)
  assert.deepEqual([nothing.risk, nothing.verdict, nothing.findings], ['UNKNOWN', 'Warn', []])
  assert.deepEqual(
    (['low', 'medium', 'high'] as const).map((level) => isAtLeast(nothing, level)),
    [true, true, false],
  )
  const text = textReport(nothing)
  assert.match(text, /\nRisk level: UNKNOWN \(not everything could be looked at, see below\)\nCategories: UNKNOWN\n/)
  assert.match(text, /Nothing was found in what could be looked at\./)
  const worse = await auditOf((path) => (path === '/version' ? [200, '3.9.0'] : [401, 'who?']))
  assert.deepEqual([worse.risk, worse.verdict], ['CRITICAL', 'Fail'])
  assert.match(textReport(worse), /\nRisk level: CRITICAL \(or more: not everything/)
  const refused = await auditOf(asks, '', KNOWN)
  assert.ok(refused.not_read.some((one) => /^The registry was not looked at: it does not accept the login that was given/.test(one)))
})

test('a login in the address of a version’s source is not in the report', async () => {
  const source = 'http://ann:'.concat('q8Zr41xvLw@models.example/m')
  const { findings } = await auditOf((path) => {
    if (path === '/version') return [200, '3.17.2']
    if (path.endsWith('model-versions/search')) return [200, JSON.stringify({ model_versions: [{ name: 'churn', version: '1', source }] })]
    return path.endsWith('/search') ? [200, '{}'] : [404, '']
  })
  assert.match(findings.find(({ rule }) => rule === 'registry/outside-source')?.evidence ?? '', /http:\/\/ann:\*\*\*@models\.example/)
})

const LISTS = ['registered-models/search', 'model-versions/search', 'experiments/search']
/** A registry in pages: three versions, the second and third of them behind tokens; the last in production. */
const paged: Replies = (path, _headers, query) => {
  const at = Number(query.get('page_token') ?? '0')
  const next = at < 2 && { next_page_token: String(at + 1) }
  if (path === '/version') return [200, '3.17.2']
  const list = LISTS.find((one) => path.endsWith(one))
  if (list === undefined) return [404, '']
  if (list !== 'model-versions/search') return [200, '{}']
  const version = { name: 'churn', version: String(at + 1), source: 'runs:/r/m', current_stage: at === 2 ? 'Production' : 'None' }
  return [200, JSON.stringify({ model_versions: [version], ...next })]
}

test('the registry is read to its last page', async () => {
  const { findings, passed } = await auditOf(paged)
  assert.equal(findings.find(({ rule }) => rule === 'registry/unsigned')?.evidence, 'churn version 3')
  assert.ok(passed.includes('3 model versions were looked at, 1 of them in production.'))
})

test('what could not be read of the registry is told, and nothing is said to be right because of it', async () => {
  const broken = await auditOf((...asked) => (asked[2].get('page_token') === '2' ? [500, 'broken'] : paged(...asked)))
  assert.ok(broken.not_read.includes('Of the model versions, only 2 were looked at: the next page answered 500.'))
  assert.ok(!broken.passed.some((one) => /^(?:No model version comes|Each version)/.test(one)))
  const wide = { experiment_id: '1', name: 'all', artifact_location: 's3://bucket' }
  const cut = await auditOf((path, headers, query) => {
    if (!path.endsWith('experiments/search') || query.get('max_results') === '1') return paged(path, headers, query)
    return query.has('page_token') ? [500, 'broken'] : [200, JSON.stringify({ experiments: [wide], next_page_token: '1' })]
  })
  assert.ok(rules(cut).includes('server/wide-root'))
  assert.ok(cut.not_read.includes('Of the experiments, only 1 were looked at: the next page answered 500.'))
  const untold = await auditOf((...asked) => (asked[0].includes('/millrace/') ? [403, 'no'] : paged(...asked)))
  assert.ok(!rules(untold).includes('registry/unsigned'))
  assert.ok(untold.not_read.some((one) => /^Which versions lack a scan, a signature or an approval was not looked at/.test(one)))
})
