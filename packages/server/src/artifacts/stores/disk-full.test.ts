import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const root = mkdtempSync(join(tmpdir(), 'millrace-full-'))
after(() => rmSync(root, { recursive: true, force: true }))

/** Writes 8 MiB, in a process in which no file may have more than 4 MiB: the system refuses in the middle, as a full disk does. */
const PROGRAM = `
  const { DiskStore } = await import(${JSON.stringify(new URL('./disk-store.ts', import.meta.url).href)})
  const store = new DiskStore(${JSON.stringify(root)}, { keep_free_bytes: 0 })
  const ofLength = (bytes) => ({
    fill: async (block) => {
      const filled = Math.min(bytes, block.length)
      bytes -= filled
      return filled
    },
  })
  await store.write(['small'], ofLength(4))
  const failure = await store.write(['big'], ofLength(2 ** 23)).then(() => 'kept', (error) => error.code)
  console.log(failure)
`

test('a disk that is full in the middle of an upload answers 507, and nothing of it is left (DO-08)', () => {
  const limited = ['-c', 'ulimit -f 4096 && exec "$@"', 'bash', process.execPath, '--input-type=module', '-e', PROGRAM]
  const { stdout, stderr } = spawnSync('bash', limited, { encoding: 'utf8' })
  assert.equal(stdout.trim(), 'INSUFFICIENT_STORAGE', stderr)
  assert.deepEqual(readdirSync(root).sort(), ['.millrace-uploads', 'small'])
  assert.deepEqual(readdirSync(join(root, '.millrace-uploads')), [])
})
