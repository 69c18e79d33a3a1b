import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
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

test('a child keeps its compiled code for the next one, and can write nowhere once it begins to look', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-scan-'))
  const before = process.env.NODE_COMPILE_CACHE
  try {
    process.env.NODE_COMPILE_CACHE = join(folder, 'cache')
    writeFileSync(join(folder, 'a'), Buffer.from('\x80\x02N.', 'latin1'))
    assert.equal((await scanPath(join(folder, 'a'))).ending, 'clean')
    assert.ok(readdirSync(join(folder, 'cache'), { recursive: true }).length > 10)

    const module = new URL('give-up-writing.ts', import.meta.url).pathname
    const script = `import fs from 'node:fs'
      import { giveUpWriting } from ${JSON.stringify(module)}
      const file = process.env.NODE_COMPILE_CACHE + '/x'
      const put = () => { try { fs.writeFileSync(file, 'x'); return 'written' } catch (e) { return e.code } }
      const first = put()
      giveUpWriting()
      console.log(first, put())`
    const rights = ['--permission', '--allow-fs-read=*', `--allow-fs-write=${join(folder, 'cache')}`, '--no-warnings']
    const { stdout } = spawnSync(process.execPath, [...rights, '--input-type=module', '-e', script], { env: { ...process.env } })
    assert.equal(stdout.toString(), 'written ERR_ACCESS_DENIED\n')
    const { stderr } = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], { env: { ...process.env } })
    assert.match(stderr.toString(), /does not begin/)
  } finally {
    if (before === undefined) delete process.env.NODE_COMPILE_CACHE
    else process.env.NODE_COMPILE_CACHE = before
    rmSync(folder, { recursive: true, force: true })
  }
})
