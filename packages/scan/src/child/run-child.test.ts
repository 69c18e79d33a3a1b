import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CHILD_LIMITS, scanFiles, scanPath } from '../index.ts'

test('a child that is ended in the middle leaves its file not looked at, and the others are looked at all the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-scan-'))
  try {
    for (const name of ['a', 'b']) writeFileSync(join(folder, name), Buffer.from('\x80\x02N.', 'latin1'))
    const { files, ending } = await scanPath(folder, { limits: { ...CHILD_LIMITS, memory_max_bytes: 8 * 1024 * 1024 } })
    assert.equal(ending, 'not looked at')
    assert.equal(files.length, 2)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a child reads below its roots and nowhere else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-scan-'))
  try {
    const [file] = (await scanFiles([{ path: '/etc/passwd', file: 'passwd' }], [folder])).files
    assert.equal(file?.ending, 'not looked at')
    assert.match(file?.findings[0]?.evidence ?? '', /restricted/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
