import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { decompress, memorySource, type Packing } from '@millrace/formats'
import { scanPath } from '@millrace/scan'
import { pythonWith, runWith } from './python.ts'

type Written = { readonly file: string; readonly packing: Packing; readonly content: string }

describe('what Python and joblib pack comes out as it went in', { timeout: 600_000 }, () => {
  let folder = ''
  let written: readonly Written[] = []
  const bytesOf = (name: string): Buffer => readFileSync(join(folder, name))

  before(async () => {
    const python = pythonWith(['joblib==1.5.2', 'lz4==4.4.4'], 'packed')
    folder = mkdtempSync(join(tmpdir(), 'millrace-packed-'))
    mkdirSync(folder, { recursive: true })
    written = JSON.parse(await runWith(python, new URL('scan/pack.py', import.meta.url).pathname, [folder], {}))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  test('by bzip2, xz, LZMA and lz4, at every level and with every checksum', () => {
    assert.equal(written.length, 24)
    for (const { file, packing, content } of written) {
      const { bytes, problem } = decompress(memorySource(bytesOf(file)), packing, 2 ** 24)
      assert.equal(problem, undefined, file)
      assert.ok(bytes.equals(bytesOf(content)), file)
    }
  })

  test('cut off anywhere, as much comes out as was there', () => {
    for (const { file, packing, content } of written) {
      const [packed, whole] = [bytesOf(file), bytesOf(content)]
      if (whole.length === 0) continue
      const cut = memorySource(packed.subarray(0, Math.floor(packed.length / 2)))
      try {
        const { bytes, problem } = decompress(cut, packing, 2 ** 24)
        assert.ok(problem !== undefined && whole.subarray(0, bytes.length).equals(bytes), file)
      } catch (error) {
        assert.match((error as Error).message, /^it does not unpack/, file)
      }
    }
  })

  test('no more comes out than may', () => {
    for (const packing of ['bzip2', 'xz', 'lzma', 'lz4'] as const) {
      const file = { bzip2: 'zeros.bz2', xz: 'zeros.xz', lzma: 'zeros.lzma', lz4: 'zeros.lz4' }[packing]
      assert.throws(() => decompress(memorySource(bytesOf(file)), packing, 1_000_000), /more than 1000000 bytes/)
    }
  })

  test("joblib's models in each packing, and tars and zips, are clean when the model is", async () => {
    const { files } = await scanPath(join(folder, 'models'))
    assert.equal(files.length, readdirSync(join(folder, 'models')).length)
    assert.deepEqual(
      files.map(({ file, ending, findings }) => [file, ending, findings.filter(({ severity }) => severity !== 'info').length]),
      files.map(({ file }) => [file, 'clean', 0]),
    )
  })
})
