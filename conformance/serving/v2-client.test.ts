import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { folderOf, loggedFiles } from '../../packages/runtime/src/testing/models.ts'
import { runModels } from '../models-serve.ts'
import { pythonWith, runWith } from '../python.ts'

const script = new URL('../clients/v2_client.py', import.meta.url).pathname

test("Triton's client, unmodified, asks by the Open Inference Protocol, with tensors as JSON and as bytes", {
  timeout: 600_000,
}, async (t) => {
  const python = pythonWith(['tritonclient[http]==2.73.0'], 'tritonclient')
  const files = Object.entries(loggedFiles()).map(([path, content]) => [`steps/${path}`, content] as const)
  const folder = folderOf(t, Object.fromEntries(files))
  const serving = await runModels(['serve', '-m', join(folder, 'steps'), '--port', '0'])
  try {
    assert.notEqual(serving.url, '', serving.said())
    assert.match(await runWith(python, script, [], { V2_SERVER: new URL(serving.url).host }), /all well/)
  } finally {
    assert.equal(await serving.stop(), 0)
  }
})
