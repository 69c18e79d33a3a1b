import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'

/** What a file and all that it imports reach of Node, and of other packages. */
function reached(file: string, seen = new Set<string>(), outside = new Set<string>()): Set<string> {
  if (seen.has(file)) return outside
  seen.add(file)
  const text = readFileSync(file, 'utf8')
  if (/\bfetch\(|WebSocket|import\(/.test(text)) outside.add(`${relative(import.meta.dirname, file)} loads or asks for something by itself`)
  for (const [, from = ''] of text.matchAll(/^(?:import|export) [^'"]*?from '([^']+)'/gms)) {
    if (from.startsWith('.')) reached(join(dirname(file), from), seen, outside)
    else outside.add(from)
  }
  return outside
}

test('the half that verifies reaches no network, starts no program and needs no other package', () => {
  const outside = reached(join(import.meta.dirname, 'index.ts'))
  assert.deepEqual([...outside].sort(), ['node:crypto', 'node:fs', 'node:os', 'node:path', 'node:worker_threads'])
  assert.ok(!readFileSync(join(import.meta.dirname, 'hash-worker.ts'), 'utf8').includes('node:net'))
  assert.ok(reached(join(import.meta.dirname, 'make/index.ts')).has('node:child_process'), 'it would be noticed')
})
