import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { modern } from '../tools/corpus/assemble.ts'
import { raw } from '../tools/corpus/case.ts'
import { pythonWithMlflow, runPython } from './python.ts'
import { startMillrace } from './server.ts'

test("MLflow's client registers a clean model of scikit-learn's, and its exception names what a malicious pickle would call", {
  timeout: 900_000,
}, async (context) => {
  pythonWithMlflow()
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'))
  const server = await startMillrace()
  try {
    const hostile = join(folder, 'bytes')
    writeFileSync(hostile, raw(modern(4, 'posix', 'system')))
    const script = new URL('clients/registration.py', import.meta.url).pathname
    const output = await runPython(script, [hostile], { MLFLOW_TRACKING_URI: server.url })
    context.diagnostic(output.match(/100 MB .*/)?.[0] ?? '')
    assert.match(output, /all well/)
  } finally {
    assert.equal(await server.stop(), 0)
    rmSync(folder, { recursive: true, force: true })
  }
})
