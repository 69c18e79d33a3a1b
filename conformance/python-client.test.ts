import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pythonWithMlflow, runPython } from './python.ts'
import { startMillrace } from './server.ts'

test("MLflow's Python client makes an experiment and reads it back", { timeout: 900_000 }, async () => {
  pythonWithMlflow()
  const server = await startMillrace()
  try {
    const script = new URL('clients/experiments.py', import.meta.url).pathname
    assert.match(await runPython(script, [], { MLFLOW_TRACKING_URI: server.url }), /all well/)
  } finally {
    assert.equal(await server.stop(), 0)
  }
})
