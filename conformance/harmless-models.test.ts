import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { scanPath } from '@millrace/scan'
import { runWith } from './python.ts'
import { pythonWithModels } from './serving/python.ts'

test('of sixty models and more that MLflow logs for scikit-learn, XGBoost and LightGBM, none has anything above informational', {
  timeout: 900_000,
}, async (context) => {
  const python = pythonWithModels()
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'))
  try {
    const output = await runWith(python, new URL('scan/log_models.py', import.meta.url).pathname, [folder, 'by-turns'], {})
    const { failed } = JSON.parse(output.trim().split('\n').at(-1) ?? '')
    context.diagnostic(`could not be saved by MLflow: ${Object.keys(failed).join(', ') || 'none'}`)
    const models = readdirSync(folder, { recursive: true }).filter((path) => String(path).endsWith('MLmodel'))
    assert.ok(models.length >= 60, `${models.length} models`)
    const { files } = await scanPath(folder)
    const above = files.flatMap((file) => file.findings.filter(({ severity }) => severity !== 'info'))
    assert.deepEqual(above, [])
    assert.deepEqual([...new Set(files.map(({ ending }) => ending))], ['clean'])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
