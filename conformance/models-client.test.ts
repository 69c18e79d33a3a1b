import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pythonWithMlflow, runPython } from './python.ts'
import { startMillrace } from './server.ts'

/** Each script is an unmodified MLflow client at work; the server is new. */
async function play(script: string): Promise<void> {
  pythonWithMlflow()
  const server = await startMillrace()
  try {
    const path = new URL(`clients/${script}`, import.meta.url).pathname
    assert.match(await runPython(path, [], { MLFLOW_TRACKING_URI: server.url }), /all well/)
  } finally {
    assert.equal(await server.stop(), 0)
  }
}

test("MLflow's client fills, merges and reads evaluation datasets", { timeout: 900_000 }, () => play('evaluation_datasets.py'))

test("MLflow's client registers scorers, lists, gets and deletes them", { timeout: 900_000 }, () => play('scorers.py'))

test("MLflow's client logs datasets, models and metrics of models, and finds models by them", { timeout: 900_000 }, () =>
  play('logged_models.py'),
)

test("MLflow's client registers, finds, loads and copies models and prompts", { timeout: 900_000 }, () => play('registry.py'))

test("MLflow's client traces functions, reads traces back, judges and finds them", { timeout: 900_000 }, () => play('traces.py'))
