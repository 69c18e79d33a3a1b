import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse } from 'yaml'

type Hook = { readonly id: string; readonly language: string; readonly entry: string; readonly args: readonly string[] }
type Ended = { readonly code: number; readonly out: string }

const root = new URL('..', import.meta.url).pathname
const [hook] = parse(readFileSync(join(root, '.pre-commit-hooks.yaml'), 'utf8')) as [Hook]
let folder = ''

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-hook-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the hook as pre-commit does that of a `script`: the file of its clone, in the repository that is committed to. */
const commit = (): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(join(root, hook.entry), hook.args, { cwd: folder }, (error, out) => resolve({ code: Number(error?.code ?? 0), out }))
  })

test('the hook stops a commit of what is unsafe, and lets others pass', { timeout: 120_000 }, async () => {
  assert.deepEqual([hook.id, hook.language], ['millrace-audit', 'script'])
  writeFileSync(join(folder, 'serve.py'), 'import joblib\n\nmodel = joblib.load("model.joblib")\n')
  const stopped = await commit()
  assert.equal(stopped.code, 1)
  assert.match(stopped.out, /serve\.py \(line 3\): model = joblib\.load/)
  writeFileSync(join(folder, 'serve.py'), 'import onnxruntime\n\nsession = onnxruntime.InferenceSession("model.onnx")\n')
  assert.equal((await commit()).code, 0)
})
