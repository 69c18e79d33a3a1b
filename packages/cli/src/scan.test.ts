import assert from 'node:assert/strict'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder, run } from './testing/command.ts'

const EVIL = Buffer.from("cos\nsystem\n(S'true'\ntR.", 'latin1')
const HARMLESS = Buffer.from('\x80\x02N.', 'latin1')

const folderWith = (files: Record<string, Buffer>): string => {
  const folder = newFolder()
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
  return folder
}

test('the exit code says how a scan ended: clean, found, not looked at, failed', async () => {
  const cases: [Record<string, Buffer>, number, RegExp][] = [
    [{ 'model.pkl': HARMLESS }, 0, /^CLEAN/m],
    [{ 'model.pkl': HARMLESS, 'weights.bin': EVIL }, 1, /pickle\/dangerous-import[\s\S]*os system/],
    [{ 'data.7z': Buffer.from('377abcaf271c0004', 'hex') }, 2, /^NOT LOOKED AT/m],
  ]
  for (const [files, code, says] of cases) {
    const ended = await run(['scan', folderWith(files)])
    assert.equal(ended.code, code, ended.err)
    assert.match(ended.out, says)
  }
  const failed = await run(['scan', join(newFolder(), 'nothing')])
  assert.equal(failed.code, 3)
})

test('a link is not followed, and is not clean', async () => {
  const folder = newFolder()
  symlinkSync('/etc/hostname', join(folder, 'link'))
  const { code, out } = await run(['scan', folder, '--format', 'json'])
  assert.equal(code, 2)
  assert.equal(JSON.parse(out).files[0].findings[0].rule, 'file/link')
})

test('reports for programs name the rule, the file and the digest', async () => {
  const folder = folderWith({ 'model.pkl': EVIL })
  const sarif = JSON.parse((await run(['scan', folder, '--format', 'sarif'])).out)
  assert.equal(sarif.version, '2.1.0')
  assert.equal(sarif.runs[0].results[0].ruleId, 'pickle/dangerous-import')
  const bom = JSON.parse((await run(['scan', folder, '--format', 'cyclonedx'])).out)
  assert.equal(bom.specVersion, '1.6')
  assert.equal(bom.components[0].hashes[0].content.length, 64)
  assert.equal(bom.vulnerabilities[0].id, 'pickle/dangerous-import')
})
