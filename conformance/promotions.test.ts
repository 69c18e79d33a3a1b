import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { pythonWithMlflow, runPython } from './python.ts'
import { startMillrace } from './server.ts'

const PASSWORD = 'a long enough pass phrase 7'

test("MLflow's client is refused champion until somebody else approves, rolls back, and loads no changed or hostile file", {
  timeout: 900_000,
}, async () => {
  pythonWithMlflow()
  const server = await startMillrace(['--auth'], { env: { MILLRACE_ADMIN_PASSWORD: PASSWORD } })
  try {
    for (const username of ['alice', 'bob']) {
      const answer = await fetch(`${server.url}/api/2.0/mlflow/users/create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`admin:${PASSWORD}`)}` },
        body: JSON.stringify({ username, password: PASSWORD }),
      })
      assert.equal(answer.status, 200)
    }
    const admin = { authorization: `Basic ${btoa(`admin:${PASSWORD}`)}`, 'content-type': 'application/json' }
    const grant = async (path: string, body: object): Promise<void> => {
      const answer = await fetch(`${server.url}/api/2.0/mlflow/${path}`, { method: 'POST', headers: admin, body: JSON.stringify(body) })
      assert.equal(answer.status, 200, await answer.text())
    }
    await grant('experiments/permissions/create', { experiment_id: '0', username: 'alice', permission: 'EDIT' })
    const body = JSON.stringify({ username: 'bob', is_admin: true })
    const made = await fetch(`${server.url}/api/2.0/mlflow/users/update-admin`, { method: 'PATCH', headers: admin, body })
    assert.equal(made.status, 200)
    const script = new URL('clients/promotions.py', import.meta.url).pathname
    const env = { MLFLOW_TRACKING_URI: server.url, MLFLOW_TRACKING_PASSWORD: PASSWORD, MLFLOW_TRACKING_USERNAME: 'alice' }
    assert.match(await runPython(script, [join(server.dir, 'millrace-data', 'artifacts')], env), /all well/)
  } finally {
    assert.equal(await server.stop(), 0)
  }
})
