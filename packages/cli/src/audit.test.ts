import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder, run } from './testing/command.ts'

function sample(): string {
  const cwd = newFolder()
  writeFileSync(join(cwd, 'serve.py'), 'import joblib\nmodel = joblib.load(path)\n')
  return cwd
}

test('audit tells what it found, and its exit code goes by --fail-on', async () => {
  const cwd = sample()
  const found = await run(['audit', '.', '--name', 'kit'], { cwd })
  assert.equal(found.code, 1, found.err)
  assert.match(found.out, /^kit\nVerdict: {4}Fail\nRisk level: HIGH/)
  assert.match(found.out, /serve\.py \(line 2\): model = joblib\.load\(path\)/)
  assert.equal((await run(['audit', '.', '--fail-on', 'critical'], { cwd })).code, 0)
})

test('audit fails on nothing that a baseline holds', async () => {
  const cwd = sample()
  assert.equal((await run(['audit', '.', '--write-baseline', 'known.json', '--fail-on', 'never'], { cwd })).code, 0)
  const again = await run(['audit', '.', '--baseline', 'known.json', '--format', 'json', '--output', 'report.json'], { cwd })
  assert.deepEqual([again.code, again.out], [0, ''], again.err)
})

test('audit says what it cannot follow or read', async () => {
  for (const [args, code, says] of [
    [['audit'], 2, /needs to know what/],
    [['audit', '.', '--format', 'pdf'], 2, /--format pdf is none/],
    [['audit', '.', '--baseline', 'none.json'], 2, /--baseline none\.json/],
    [['audit', 'nowhere'], 3, /nowhere could not be audited/],
  ] as const) {
    const ended = await run(args)
    assert.equal(ended.code, code, ended.err)
    assert.match(ended.err, says)
  }
})
