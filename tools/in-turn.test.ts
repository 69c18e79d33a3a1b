import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { inTurn } from './in-turn.ts'

const module = new URL('./in-turn.ts', import.meta.url).pathname
const lock = new URL('../.cache/locks/', import.meta.url).pathname

/** Adds one to the number in a file, slowly: two at once would lose one. */
const ADD = `
import { readFileSync, writeFileSync } from 'node:fs'
import { inTurn } from ${JSON.stringify(module)}
const [name, file] = process.argv.slice(1)
for (let i = 0; i < 5; i++) inTurn(name, () => {
  const before = Number(readFileSync(file, 'utf8'))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
  writeFileSync(file, String(before + 1))
})`

test('processes do the same in turn', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-turn-'))
  try {
    const file = join(folder, 'number')
    writeFileSync(file, '0')
    const args = ['--input-type=module', '-e', ADD, `test-${process.pid}`, file]
    const codes = await Promise.all(
      [1, 2, 3].map(() => new Promise((done) => spawn(process.execPath, args, { stdio: 'inherit' }).once('exit', done))),
    )
    assert.deepEqual(codes, [0, 0, 0])
    assert.equal(readFileSync(file, 'utf8'), '15')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a process that was killed holds up nobody', () => {
  const name = `test-killed-${process.pid}`
  const { pid } = spawnSync(process.execPath, ['-e', '0'])
  mkdirSync(join(lock, name), { recursive: true })
  writeFileSync(join(lock, name, 'pid'), String(pid))
  assert.equal(
    inTurn(name, () => 'done'),
    'done',
  )
})

test('what the work throws frees the turn', () => {
  const name = `test-thrown-${process.pid}`
  assert.throws(() =>
    inTurn(name, () => {
      throw new Error('no')
    }),
  )
  assert.equal(
    inTurn(name, () => 1),
    1,
  )
})
