import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'

const root = new URL('../..', import.meta.url).pathname
const dir = mkdtempSync(join(tmpdir(), 'millrace-limit-'))
after(() => rmSync(dir, { recursive: true }))

/** Runs a file as `npm test` does, with a second for it. */
function runFile(name: string, text: string): { status: number | null; output: string } {
  const file = join(dir, name)
  writeFileSync(file, text)
  const { NODE_TEST_CONTEXT, MILLRACE_TEST_COUNTS, ...env } = process.env
  const args = ['--import=./tools/test/limit.ts', '--test', '--test-reporter=./tools/test/reporter.ts', file]
  const options = { cwd: root, encoding: 'utf8', timeout: 60_000, env: { ...env, MILLRACE_TEST_FILE_MAX_MS: '1000' } } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options)
  return { status, output: stdout + stderr }
}

describe('a file of tests that does not end', () => {
  test('because a server was left open: it is ended, named, and failed', () => {
    const { status, output } = runFile(
      'left-open.test.ts',
      "import { test } from 'node:test'\nimport net from 'node:net'\ntest('x', () => { net.createServer().listen(0) })\n",
    )
    assert.equal(status, 1)
    assert.match(output, /left-open\.test\.ts was still running after 1 s and was ended\. It has open: .*TCPServerWrap/)
    assert.match(output, /1 passed, 1 failed/)
  })

  test('because a hook waits for ever: the same', () => {
    const { status, output } = runFile(
      'hook.test.ts',
      "import { after, test } from 'node:test'\nafter(() => new Promise(() => setInterval(() => {}, 1000)))\ntest('x', () => {})\n",
    )
    assert.equal(status, 1)
    assert.match(output, /hook\.test\.ts was still running after 1 s/)
  })
})
