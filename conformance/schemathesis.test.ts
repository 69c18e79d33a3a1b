// Requests made of /openapi.json by schemathesis, with and without a login: no 500, and nothing of somebody else (issue 5, security).
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { pythonWith } from './python.ts'
import { type Passed, recordAnswers } from './recording-proxy.ts'
import { type StartedServer, startMillrace } from './server.ts'

const PACKAGE = 'schemathesis==4.32.5'
const PASSWORD = 'grey-otter-41-lantern'
const OTHER_PASSWORD = 'seven tall maples 9'
const CANARY = 'canary-4711'
const as = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
const ADMIN = as('admin', PASSWORD)

// 501 is MLflow's own answer where a store takes no parts.
const CONFIG = '[checks.not_a_server_error]\nexpected-statuses = ["2xx", "3xx", "4xx", "501"]\n'
const CHECKS = 'not_a_server_error,content_type_conformance,response_schema_conformance'
/** Where the proxy judges the answers, schemathesis need not compare each with its description. */
const NO_CHECKS = 'not_a_server_error'

/** Runs schemathesis with a seed; gives what it printed. */
function schemathesis(
  location: string,
  folder: string,
  args: readonly string[],
  checks = CHECKS,
): Promise<{ code: number | null; output: string }> {
  const command = join(dirname(pythonWith([PACKAGE], 'schemathesis')), 'schemathesis')
  const config = join(folder, 'schemathesis.toml')
  writeFileSync(config, CONFIG)
  // Events go on for a minute by design: packages/server/src/tracking/runs/live.test.ts plays them.
  const endless = ['--exclude-path-regex', '/runs/live$']
  const common = [
    '--seed',
    '4711',
    '--no-shrink',
    '--continue-on-failure',
    '--suppress-health-check',
    'all',
    '--warnings',
    'off',
    ...endless,
  ]
  const child = spawn(command, ['--config-file', config, 'run', location, '--checks', checks, ...common, ...args], {
    cwd: folder,
    env: { ...process.env, HYPOTHESIS_STORAGE_DIRECTORY: join(folder, 'hypothesis'), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}

/** Starts a server and lets the test work in a folder of its own. */
async function proven(args: readonly string[], work: (server: StartedServer, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-schemathesis-'))
  const auth = join(folder, 'auth.ini')
  writeFileSync(auth, '[mlflow]\ndefault_permission = NO_PERMISSIONS\n')
  const login = args.includes('--auth') ? ['--auth-config', auth] : []
  const server = await startMillrace([...args, ...login], { env: { MILLRACE_ADMIN_PASSWORD: PASSWORD } })
  try {
    await work(server, folder)
  } finally {
    assert.equal(await server.stop(), 0)
    rmSync(folder, { recursive: true, force: true })
  }
}

test('without a login no request made of /openapi.json is answered 500, and answers are as they are described', {
  timeout: 600_000,
}, async () => {
  await proven([], async (server, folder) => {
    const { code, output } = await schemathesis(`${server.url}/openapi.json`, folder, ['--phases', 'fuzzing', '-n', '2'])
    assert.equal(code, 0, output.slice(0, 4_000))
  })
})

test('signed in as an admin no request at the limits of /openapi.json is answered 500', { timeout: 600_000 }, async () => {
  await proven(['--auth'], async (server, folder) => {
    const args = ['-H', `Authorization: ${ADMIN}`, '--phases', 'coverage']
    const { code, output } = await schemathesis(`${server.url}/openapi.json`, folder, args)
    assert.equal(code, 0, output.slice(0, 4_000))
  })
})

type Names = Readonly<Record<string, string>>

/** Things of the admin's, each with the canary inside; gives their names, by the fields in which requests name them. */
async function plant(url: string): Promise<Names> {
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${url}/api/${path}`, {
      method: 'POST',
      headers: { authorization: ADMIN, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    assert.equal(answer.status, 200, `${path} ${await answer.clone().text()}`)
    // biome-ignore lint/suspicious/noExplicitAny: a test reads the answer's JSON as it expects it
    return (await answer.json()) as any
  }
  await post('2.0/mlflow/users/create', { username: 'bob', password: OTHER_PASSWORD })
  const tags = [{ key: 'note', value: CANARY }]
  const { experiment_id } = await post('2.0/mlflow/experiments/create', { name: 'guarded', tags })
  const { run_id } = (await post('2.0/mlflow/runs/create', { experiment_id, run_name: CANARY, tags })).run.info
  await post('2.0/mlflow/runs/log-batch', { run_id, params: tags, metrics: [{ key: CANARY, value: 1, timestamp: 1, step: 0 }] })
  const { model_id } = (await post('2.0/mlflow/logged-models', { experiment_id, name: CANARY, tags })).model.info
  await post('2.0/mlflow/registered-models/create', { name: 'guarded', tags, description: CANARY })
  await post('2.0/mlflow/model-versions/create', { name: 'guarded', source: `s3://bucket/${CANARY}`, tags })
  await post('2.0/mlflow/registered-models/alias', { name: 'guarded', alias: 'best', version: '1' })
  const trace_id = 'tr-00000000000000000000000000000001'
  const trace_location = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }
  const trace_info = { trace_id, trace_location, request_time: '2026-01-01T00:00:00Z', state: 'OK', tags: { note: CANARY } }
  await post('3.0/mlflow/traces', { trace: { trace_info } })
  const dataset = await post('3.0/mlflow/datasets/create', { name: CANARY, experiment_ids: [experiment_id] })
  const hook = { name: CANARY, url: 'https://example.com/', events: [{ entity: 'PROMPT', action: 'CREATED' }] }
  const { webhook_id } = (await post('2.0/mlflow/webhooks', hook)).webhook
  const { dataset_id } = dataset.dataset
  const put = await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts/${experiment_id}/${run_id}/artifacts/note.txt`, {
    method: 'PUT',
    headers: { authorization: ADMIN },
    body: CANARY,
  })
  assert.equal(put.status, 200)
  const named = { name: 'guarded', experiment_name: 'guarded', version: '1', alias: 'best', username: 'admin', path: 'note.txt' }
  return { ...named, experiment_id, run_id, run_uuid: run_id, model_id, trace_id, request_id: trace_id, dataset_id, webhook_id }
}

/** The API's description in which those fields have the names of what is there, so that every request is about it. */
async function aimed(url: string, names: Names): Promise<string> {
  const described = await (await fetch(`${url}/openapi.json`, { headers: { authorization: ADMIN } })).json()
  const aim = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [name, part] of Object.entries(value as Record<string, unknown>)) {
      if (name === 'properties') for (const field of Object.keys(part as object)) only(part as Record<string, unknown>, field, names[field])
      aim(part)
    }
    const { in: where, name, schema } = value as Record<string, unknown>
    if (where !== undefined && schema !== undefined) only(value as Record<string, unknown>, 'schema', names[String(name)])
  }
  aim((described as { paths: object }).paths)
  return JSON.stringify(described)
}

function only(holder: Record<string, unknown>, field: string, value: string | undefined): void {
  const schema = holder[field] as { type?: string } | undefined
  if (value !== undefined && schema?.type === 'string') holder[field] = { type: 'string', enum: [value] }
}

/** What answers whoever is not signed in: where people sign in and out, and what says nothing of what is stored. */
const PUBLIC = /^\/(health|version|metrics|log(in|out)|login\/assets\/[\w.-]+|api\/\d\.0\/mlflow\/server-info)?$/

for (const [who, header, phase] of [
  ['who was granted nothing', as('bob', OTHER_PASSWORD), ['coverage']],
  ['who is not signed in', undefined, ['fuzzing', '-n', '2']],
] as const) {
  test(`${who} is told nothing of what others have, whatever is asked about it`, { timeout: 600_000 }, async () => {
    const leaks: string[] = []
    const failures: string[] = []
    const answered = new Set<string>()
    const see = ({ method, path, status, body }: Passed): void => {
      const told = `${status} ${method} ${path.slice(0, 200)} ${body.slice(0, 300)}`
      if (status >= 500 && status !== 501) failures.push(told)
      if (body.includes(CANARY)) leaks.push(told)
      if (status < 300) answered.add(path.split('?')[0] as string)
    }
    await proven(['--auth'], async (server, folder) => {
      const names = await plant(server.url)
      const proxy = await recordAnswers(server.url, see)
      try {
        const description = join(folder, 'openapi.json')
        writeFileSync(description, await aimed(server.url, names))
        const args = ['--url', proxy.url, '--phases', ...phase, ...(header ? ['-H', `Authorization: ${header}`] : [])]
        const { output } = await schemathesis(description, folder, args, NO_CHECKS)
        assert.deepEqual([failures, leaks], [[], []], output.slice(0, 3_000))
      } finally {
        await proxy.close()
      }
      // It was asked for things, and public routes alone answer nobody.
      if (header) assert.ok(answered.size > 10, [...answered].join(' '))
      else for (const path of answered) assert.match(path, PUBLIC)
      const run = await fetch(`${server.url}/api/2.0/mlflow/runs/get?run_id=${names.run_id}`, { headers: { authorization: ADMIN } })
      assert.ok((await run.text()).includes(CANARY), 'what was asked about is still there')
    })
  })
}
