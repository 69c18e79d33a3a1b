import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pythonWithMlflow, runPython } from './python.ts'
import { startMillrace } from './server.ts'

test("MLflow's client makes workspaces, works in two of them, and finds in neither what is in the other", {
  timeout: 900_000,
}, async () => {
  pythonWithMlflow()
  const server = await startMillrace(['--enable-workspaces'])
  try {
    const script = new URL('clients/workspaces.py', import.meta.url).pathname
    assert.match(await runPython(script, [], { MLFLOW_TRACKING_URI: server.url }), /all well/)
  } finally {
    assert.equal(await server.stop(), 0)
  }
})
