import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type AuditReport, auditServer } from '../packages/audit/src/index.ts'
import { freePort } from '../tools/test/free-port.ts'
import { packagesBeside, pythonWithMlflow } from './python.ts'
import { type StartedServer, startMillrace } from './server.ts'

const START_MAX_MS = 120_000
const OLD = '3.9.0'

type Mlflow = { readonly url: string; stop(): Promise<void> }
let old: Mlflow
let current: Mlflow
let millrace: StartedServer

// Three servers, two of them MLflow's own, which take their time to start: they start together.
before(async () => {
  const packages = packagesBeside([`mlflow==${OLD}`, `mlflow-skinny==${OLD}`, `mlflow-tracing==${OLD}`], `mlflow-${OLD}`)
  ;[old, current, millrace] = await Promise.all([startMlflow({ PYTHONPATH: packages }), startMlflow({}), startMillrace()])
})
after(async () => {
  await Promise.all([old?.stop(), current?.stop(), millrace?.stop()])
})

const rules = ({ findings }: AuditReport): string[] => findings.map(({ rule }) => rule)

test('MLflow 3.9.0 has CVE-2026-2614, with the version that fixes it, and the attack works there (PT-14)', async () => {
  const report = await auditServer(old.url, { active: true })
  assert.match(report.name, /\(MLflow 3\.9\.0\)$/)
  const found = report.findings.find(({ rule }) => rule === 'version/cve-2026-2614')
  assert.match(found?.evidence ?? '', /3\.9\.0; fixed in 3\.10\.0/)
  assert.equal(found?.category, 'VULNERABLE_VERSION')
  assert.match(report.findings.find(({ rule }) => rule === 'active/pt-14')?.evidence ?? '', /holds a file of the system/)
  assert.equal(report.risk, 'CRITICAL')
  assert.deepEqual(await leftOn(old.url), [], 'what was made for the tries is deleted')
})

test('MLflow 3.17.2 does not, and what is in production there was never scanned, signed or approved', async () => {
  const name = 'churn'
  await send(current.url, 'registered-models/create', { name })
  const run = (await send(current.url, 'runs/create', { experiment_id: '0' })) as {
    run: { info: { artifact_uri: string; run_id: string } }
  }
  const { artifact_uri, run_id } = run.run.info
  await send(current.url, 'model-versions/create', { name, source: `${artifact_uri}/model`, run_id })
  await send(current.url, 'registered-models/alias', { name, alias: 'champion', version: '1' })
  const found = rules(await auditServer(current.url))
  assert.deepEqual(
    found.filter((rule) => rule.startsWith('version/')),
    [],
  )
  for (const rule of ['registry/unscanned', 'registry/unsigned', 'registry/unapproved']) assert.ok(found.includes(rule), rule)
})

test('Millrace is SAFE by evidence: each attack that can be taken back is refused', async () => {
  const report = await auditServer(millrace.url, { active: true })
  assert.deepEqual([report.risk, report.verdict, rules(report)], ['SAFE', 'Pass', ['server/no-login']])
  assert.ok(report.passed.filter((line) => /^[A-Z]{2}-\d\d: .* is refused\.$/.test(line)).length >= 12, report.passed.join('\n'))
  assert.deepEqual(await leftOn(millrace.url), [])
})

async function send(url: string, path: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/api/2.0/mlflow/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  assert.equal(answer.status, 200, await answer.clone().text())
  return answer.json()
}

/** Registered models and experiments that tries left behind. */
async function leftOn(url: string): Promise<string[]> {
  const models = (await (await fetch(`${url}/api/2.0/mlflow/registered-models/search`)).json()) as {
    registered_models?: { name: string }[]
  }
  const experiments = (await (await fetch(`${url}/api/2.0/mlflow/experiments/search?max_results=100`)).json()) as {
    experiments?: { name: string }[]
  }
  return [...(models.registered_models ?? []), ...(experiments.experiments ?? [])]
    .map(({ name }) => name)
    .filter((name) => name.startsWith('millrace-audit'))
}

/** Starts `mlflow server` in a folder of its own, and waits until it answers. */
async function startMlflow(env: Record<string, string>): Promise<Mlflow> {
  const python = pythonWithMlflow()
  assert.ok(existsSync(python))
  const dir = mkdtempSync(join(tmpdir(), 'millrace-mlflow-'))
  const port = await freePort()
  const args = ['-m', 'mlflow', 'server', '--port', String(port), '--workers', '1', '--backend-store-uri', 'sqlite:///mlflow.db']
  const child = spawn(python, args, { cwd: dir, env: { ...process.env, ...env }, stdio: 'ignore', detached: true })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = `http://127.0.0.1:${port}`
  for (const deadline = Date.now() + START_MAX_MS; ; ) {
    const answered = await fetch(`${url}/health`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (answered) break
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('mlflow server did not start')
    await new Promise((done) => setTimeout(done, 200))
  }
  return {
    url,
    async stop() {
      // It starts workers of its own: the group ends with it.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      await exited
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
