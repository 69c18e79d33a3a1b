import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { scanPath } from '@millrace/scan'
import { useOnnxRuntime } from '../onnxruntime.ts'
import { writeMatrix } from './matrix.ts'
import { compare, type Parity } from './parity.ts'
import { pythonWithModels } from './python.ts'
import { keepAsSeeds } from './seeds.ts'

const root = new URL('../..', import.meta.url).pathname

/** Two steps of float32: what a different order of the same sums makes. */
const ULPS_MAX = 2

describe('models that MLflow logged predict here what they predict in Python', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-serving-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  useOnnxRuntime()

  test('1,000 rows each, and the matrix says how far they are apart', { timeout: 1_200_000 }, async () => {
    const python = pythonWithModels()
    const script = join(root, 'conformance/serving/log_models.py')
    const output = execFileSync(python, [script, folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 28 })
    const names = readdirSync(folder).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []))
    const found: Parity[] = []
    for (const name of names) found.push(await compare(folder, name))
    assert.ok(keepAsSeeds(folder, names) > 50)
    writeFileSync(join(root, 'docs/serving-matrix.md'), writeMatrix(found, output))
    assert.ok(found.length >= 100, `only ${found.length} models were logged:\n${output}`)
    assert.deepEqual(
      found
        .filter(({ why, ulps }) => why !== undefined || !(ulps <= ULPS_MAX))
        .map(({ name, why, ulps }) => `${name}: ${why ?? `${ulps} steps apart`}`),
      [],
    )
    const neighbours = found.filter(({ name }) => /KNeighbors/.test(name))
    assert.ok(neighbours.length > 40, `${neighbours.length} models of nearest neighbours`)
    assert.deepEqual(
      neighbours.filter(({ difference }) => difference !== 0).map(({ name }) => name),
      [],
      'not a bit of nearest neighbours differs',
    )

    const own = names.filter((name) => name.startsWith('CatBoost') && !name.includes('-json-'))
    const scanned = await Promise.all(own.map((name) => scanPath(join(folder, name))))
    const files = scanned.flatMap((one) => one.files.filter(({ kind }) => kind === 'catboost'))
    assert.equal(files.length, own.length, "CatBoost's own format")
    assert.deepEqual(
      files.filter(({ ending, findings }) => ending !== 'clean' || findings.length > 0),
      [],
    )
  })
})
