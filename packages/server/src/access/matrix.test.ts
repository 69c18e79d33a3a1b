import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { endpoints } from '../app.ts'
import type { Database } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { openSqlite } from '../db/sqlite.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { pathsOf } from '../http/pipeline.ts'
import { type As, byTokenFor, serverWithAccounts } from '../testing/accounts.ts'
import type { Answer } from '../testing/server.ts'
import { HEADERS, INPUTS, inputOf, type Sample } from './matrix-inputs.ts'

const TABLE = join(import.meta.dirname, 'matrix.txt')
/**
 * Whoever asks: nobody, one who was granted nothing, those with each permission on all things of the sample, and an admin. Besides: one who
 * manages another workspace, asking in it and, as a stranger, in that of the sample; an admin in another workspace; and two tokens with
 * every scope: that of MANAGE, narrowed to the sample, and an admin's, narrowed to other things.
 */
const WHO = ['', 'none', 'READ', 'USE', 'EDIT', 'MANAGE', 'root'] as const
const HEAD = `Who may call which route, as the server answers: yes, or the status by which it refuses. 404: "there is no such thing".
"other" manages another workspace and asks there: "yes" finds, makes and changes what is in that one; "out" is the same account in the
workspace of the sample, where it was granted nothing; "adm2" is an admin in that other workspace. "tokMG" is a token of MNG that was made
for the sample's experiment and model, "tokAD" one of an admin that was made for another experiment and model.
Made by access/matrix.test.ts with MILLRACE_WRITE_MATRIX=1; read what changed before you commit it.

`

class Undone extends Error {}

/** A database in which every write succeeds and nothing stays, once `keep` is off: each request meets the same things. */
function undoing(db: Database): { db: Database; keep: boolean } {
  const house = { db: db, keep: true }
  const write: Database['write'] = async (work) => {
    if (house.keep) return db.write(work)
    let result: { value: Awaited<ReturnType<typeof work>> } | undefined
    try {
      await db.write(async (tx) => {
        result = { value: await work(tx) }
        throw new Undone()
      })
    } catch (error) {
      if (!(error instanceof Undone)) throw error
    }
    return (result as { value: Awaited<ReturnType<typeof work>> }).value
  }
  house.db = new Proxy(db, {
    get: (target, name) => {
      if (name === 'write') return write
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return house
}

/** Somebody who is none of those who are asked makes two versions, and asks for a protected alias: the id of that request. */
async function askForPromotion(
  as: (name: string) => As,
  { experiment_id, run_id, source }: Pick<Sample, 'experiment_id' | 'run_id' | 'source'>,
): Promise<string> {
  const root = as('root')
  for (const on of [{ experiment_id }, { name: 'm' }]) {
    const things = 'name' in on ? 'registered-models' : 'experiments'
    await root.post(`${things}/permissions/create`, { ...on, username: 'author', permission: 'MANAGE' })
  }
  const author = as('author')
  await author.post('model-versions/create', { name: 'm', source, run_id, tags: [{ key: 'k', value: 'v' }] })
  await root.get('model-versions/get?name=m&version=1')
  await author.post('registered-models/alias', { name: 'm', alias: 'champion', version: '1' })
  const { promotion_requests } = (await root.call('GET', '/api/2.0/millrace/promotions/requests')).body
  // It was elsewhere before, so that it can be put back.
  await author.post('model-versions/create', { name: 'm', source, run_id })
  for (const version of ['2', '1']) await root.post('registered-models/alias', { name: 'm', alias: 'a', version })
  return promotion_requests[0].request_id
}

/** An audit and an inventory that an admin sent. */
async function keepReports(root: As): Promise<{ audit_id: string; report_id: string }> {
  const audit = { name: 'kit', target: 'folder', rules_version: '1', findings: [] }
  const sent = await root.call('POST', '/api/2.0/millrace/audits', audit)
  const begun = await root.call('POST', '/api/2.0/millrace/inventory/reports', { name: '/srv', looked_at: 1 })
  return { audit_id: sent.body.audit.audit_id, report_id: begun.body.report_id }
}

async function makeSample(as: (name: string) => As): Promise<Sample> {
  const root = as('root')
  const post = async (path: string, body: object, version = '2.0') => {
    const answer = await root.call('POST', `/api/${version}/mlflow/${path}`, body)
    assert.equal(answer.status, 200, `${path} ${answer.text}`)
    return answer.body
  }
  const { experiment_id } = await post('experiments/create', { name: 'e', tags: [{ key: 'k', value: 'v' }] })
  const { run_id, artifact_uri } = (await post('runs/create', { experiment_id, tags: [{ key: 'k', value: 'v' }] })).run.info
  const { model_id } = (await post('logged-models', { experiment_id, name: 'l', tags: [{ key: 'k', value: 'v' }] })).model.info
  const location = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }
  const trace = { trace_id: 'tr-1', trace_location: location, request_time: '2026-01-01T00:00:00Z', state: 'OK', tags: { k: 'v' } }
  await post('traces', { trace: { trace_info: trace } }, '3.0')
  const said = { assessment_name: 'a', source: { source_type: 'HUMAN', source_id: 'b' }, feedback: { value: true } }
  const { assessment_id } = (await post('traces/tr-1/assessments', { assessment: said }, '3.0')).assessment
  const { dataset_id } = (await post('datasets/create', { name: 'd', experiment_ids: [experiment_id], tags: '{"k":"v"}' }, '3.0')).dataset
  const scorer = { experiment_id, name: 's', serialized_scorer: '{"name":"s"}' }
  const { scorer_id } = await post('scorers/register', scorer, '3.0')
  const { issue_id } = (await post('issues', { experiment_id, name: 'i', description: 'd' }, '3.0')).issue
  await post('registered-models/create', { name: 'm', tags: [{ key: 'k', value: 'v' }] })
  const source = `runs:/${run_id}/model`
  const promotion_request = await askForPromotion(as, { experiment_id, run_id, source })
  const folder = String(artifact_uri).replace('mlflow-artifacts:/', '')
  const put = await root.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/${folder}/f`, Buffer.from('bytes'))
  assert.equal(put.status, 200, put.text)
  for (const permission of ['READ', 'USE', 'EDIT', 'MANAGE']) {
    await post('experiments/permissions/create', { experiment_id, username: permission, permission })
    await post('registered-models/permissions/create', { name: 'm', username: permission, permission })
  }
  const made = await root.call('POST', '/api/2.0/millrace/tokens/create', { name: 't' })
  const { token_id } = made.body.token
  const { id: role_id } = (await post('roles/create', { name: 'r', workspace: 'default' }, '3.0')).role
  const read = { role_id, resource_type: 'prompt', resource_pattern: '*', permission: 'READ' }
  const { id: role_permission_id } = (await post('roles/permissions/add', read, '3.0')).role_permission
  await post('roles/assign', { role_id, username: 'READ' }, '3.0')
  const group = (path: string, body: object) => root.call('POST', `/api/2.0/millrace/groups${path}`, body)
  for (const [path, body] of [
    ['', { name: 'm' }],
    ['/m/members', { username: 'READ' }],
    ['/m/roles', { role_id }],
  ] as const) {
    assert.equal((await group(path, body)).status, 200)
  }
  return {
    ...(await keepReports(root)),
    promotion_request,
    token_id,
    role_id,
    role_permission_id,
    experiment_id,
    run_id,
    model_id,
    trace_id: 'tr-1',
    assessment_id,
    dataset_id,
    scorer_id,
    issue_id,
    source,
    folder,
  }
}

/** Every method and path under which an endpoint answers: its other routes, and each one's twin for browsers. */
const placesOf = (endpoint: Endpoint): (readonly [method: string, path: string])[] =>
  [endpoint.route, ...(endpoint.also ?? [])].flatMap((route) =>
    pathsOf(route, '').map((path) => [route.slice(0, route.indexOf(' ')), path] as const),
  )

function requestOf(endpoint: Endpoint, method: string, place: string, sample: Sample): [method: string, url: string, body?: unknown] {
  const input = { ...inputOf(endpoint.input.json, sample), ...INPUTS[endpoint.route]?.(sample) } as Record<string, unknown>
  const path = place.replace(/:([a-z_.]+)|\*/g, (_, name: string | undefined) => {
    const named = name ?? (/\{\*([a-z_]+)\}/.exec(endpoint.route)?.[1] as string)
    // Older routes call a trace a request.
    const field = named === 'request_id' && !('request_id' in input) ? 'trace_id' : named
    const value = String(input[field])
    delete input[field]
    return name ? encodeURIComponent(value) : value
  })
  const json = endpoint.kind !== 'stream' || endpoint.takes_body === 'json'
  if (json && method !== 'GET' && (method !== 'DELETE' || Object.keys(input).length > 0)) return [method, path, input]
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(input)) for (const one of [value].flat()) search.append(name, String(one))
  const url = search.size > 0 ? `${path}?${search}` : path
  return endpoint.kind === 'stream' && endpoint.takes_body ? [method, url, Buffer.from('{}')] : [method, url]
}

function verdictOf(answer: Answer, refused: Answer | undefined): string {
  if (answer.status === 401 || answer.status === 403) return String(answer.status)
  if (answer.status === 404 && (refused === undefined || refused.text === answer.text)) return '404'
  // What is wrong with a request is told before who may make it: such a row proves nothing, and the test below refuses it.
  return answer.status === 400 && refused?.status === 400 ? '400' : 'yes'
}

type Asking = { readonly name: string; readonly isElsewhere: boolean; readonly call: As['call'] }

/** Those who ask on a server with workspaces on the same database, for another one than that of the sample or from there. */
async function strangers(db: Database): Promise<Asking[]> {
  const as = await serverWithAccounts(db, 'NO_PERMISSIONS', ['outsider'], {}, { workspaces: true })
  const root = as('root')
  const inTeam = { 'x-mlflow-workspace': 'team' }
  const post = async (path: string, body: object) => {
    const answer = await root.call('POST', `/api/3.0/mlflow/${path}`, body, inTeam)
    assert.ok(answer.status < 300, answer.text)
    return answer.body
  }
  await root.call('POST', '/api/3.0/mlflow/workspaces', { name: 'team' })
  const { id: role_id } = (await post('roles/create', { name: 'owners', workspace: 'team' })).role
  await post('roles/permissions/add', { role_id, resource_type: 'workspace', resource_pattern: '*', permission: 'MANAGE' })
  await post('roles/assign', { role_id, username: 'outsider' })
  const within =
    (name: string): As['call'] =>
    (method, url, body, headers) =>
      as(name).call(method, url, body, { ...headers, ...inTeam })
  return [
    { name: 'other', isElsewhere: true, call: within('outsider') },
    { name: 'out', isElsewhere: false, call: as('outsider').call },
    { name: 'adm2', isElsewhere: true, call: within('root') },
  ]
}

/** Tokens for some things only: for those of the sample, and for others. */
async function tokens(as: (name: string) => As, { experiment_id }: Sample): Promise<Asking[]> {
  const root = as('root')
  const { experiment_id: another } = (await root.post('experiments/create', { name: 'aside' })).body
  await root.post('registered-models/create', { name: 'aside' })
  const by =
    (name: string, experiment: string, model: number): As['call'] =>
    (method, url, body, headers) =>
      as(name).call(method, url, body, { ...headers, ...byTokenFor({ experiment: [Number(experiment)], registered_model: [model] }) })
  return [
    { name: 'tokMG', isElsewhere: false, call: by('MANAGE', experiment_id, 1) },
    { name: 'tokAD', isElsewhere: true, call: by('root', another, 2) },
  ]
}

function verdictElsewhere(answer: Answer, sample: Sample): string {
  if (answer.status >= 400) return answer.status === 404 || answer.status === 403 ? String(answer.status) : 'yes'
  const { run_id, model_id, dataset_id, scorer_id, assessment_id, promotion_request, audit_id, report_id } = sample
  for (const id of [run_id, model_id, dataset_id, scorer_id, assessment_id, promotion_request, audit_id, report_id]) {
    assert.ok(!answer.text.includes(id), `${id} is in another workspace: ${answer.text}`)
  }
  return 'yes'
}

test('AZ-01 AZ-03 AZ-04 AZ-06 AZ-07 AZ-09 AZ-18 every route answers each kind of caller as its table says, by both prefixes', async (t) => {
  const memory = openSqlite(':memory:')
  t.after(() => memory.close())
  await migrate(memory)
  const house = undoing(memory)
  const as = await serverWithAccounts(house.db, 'NO_PERMISSIONS', ['none', 'READ', 'USE', 'EDIT', 'MANAGE', 'author'])
  const sample = await makeSample(as)
  const further = [...(await strangers(house.db)), ...(await tokens(as, sample))]
  house.keep = false

  // What was deleted on the disk is not undone by the database.
  const putBack = async ({ route }: Endpoint): Promise<void> => {
    if (!route.startsWith('DELETE /api/2.0/mlflow-artifacts')) return
    await as('root').call('PUT', `/api/2.0/mlflow-artifacts/artifacts/${sample.folder}/f`, Buffer.from('bytes'))
  }
  const play = async (endpoint: Endpoint, method: string, place: string): Promise<string> => {
    const [verb, url, body] = requestOf(endpoint, method, place, sample)
    const answers: Answer[] = []
    for (const who of WHO) {
      answers.push(await as(who).call(verb, url, body, HEADERS[endpoint.route]?.(sample)))
      await putBack(endpoint)
    }
    const verdicts = answers.map((answer) => verdictOf(answer, answers[1]))
    for (const { isElsewhere, call } of further) {
      const answer = await call(verb, url, body, HEADERS[endpoint.route]?.(sample))
      verdicts.push(isElsewhere ? verdictElsewhere(answer, sample) : verdictOf(answer, answers[1]))
      await putBack(endpoint)
    }
    assert.ok(!verdicts.includes('400'), `give a good input for ${endpoint.route} in matrix-inputs.ts: ${answers[1]?.text}`)
    return verdicts.map((one) => one.padEnd(6)).join('')
  }

  const rows: string[] = []
  for (const endpoint of endpoints) {
    const [first, ...others] = placesOf(endpoint)
    const row = await play(endpoint, ...(first as readonly [string, string]))
    for (const [method, place] of others) assert.equal(await play(endpoint, method, place), row, `${method} ${place}`)
    rows.push(`${row} ${endpoint.route}`)
  }
  const names = [
    ...WHO.map((who) => ({ '': 'anon', root: 'admin', MANAGE: 'MNG' })[who as string] ?? who),
    ...further.map(({ name }) => name),
  ]
  const text = `${HEAD}${names.map((one) => one.padEnd(6)).join('')} route\n${rows.join('\n')}\n`
  if (process.env.MILLRACE_WRITE_MATRIX) writeFileSync(TABLE, text)
  assert.equal(text, readFileSync(TABLE, 'utf8'))
})

test('AZ-05 AZ-13 there are no jobs and no label schemas to ask for, under either prefix, for whoever asks', async (t) => {
  const memory = openSqlite(':memory:')
  t.after(() => memory.close())
  await migrate(memory)
  const as = await serverWithAccounts(memory, 'MANAGE', ['bob'])
  for (const prefix of ['api', 'ajax-api']) {
    for (const [method, path] of [
      ['POST', '3.0/jobs/'],
      ['GET', '3.0/jobs/1'],
      ['POST', '3.0/jobs/search'],
      ['PATCH', '3.0/jobs/cancel/1'],
      ['GET', '3.0/mlflow/jobs/1'],
      ['POST', '3.0/mlflow/label-schemas/create'],
      ['GET', '3.0/mlflow/label-schemas/list?experiment_id=0'],
    ] as const) {
      for (const who of ['', 'bob', 'root']) {
        const { status, body } = await as(who).call(method, `/${prefix}/${path}`, method === 'GET' ? undefined : {})
        assert.deepEqual([status, body.error_code], [404, 'ENDPOINT_NOT_FOUND'], `${method} ${path}`)
      }
    }
  }
})
