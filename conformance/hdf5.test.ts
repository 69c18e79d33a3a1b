import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { scanPath } from '@millrace/scan'
import { pythonWith, runWith } from './python.ts'

test('what h5py writes is followed in the oldest layout and the newest: a Lambda is found wherever it lies, and data in other files', {
  timeout: 300_000,
}, async () => {
  const python = pythonWith(['h5py'], 'hdf5')
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'))
  try {
    await runWith(python, new URL('scan/write_hdf5.py', import.meta.url).pathname, [folder], {})
    const { files } = await scanPath(folder)
    const told = files.map(({ file, ending, findings }) => `${file} ${ending} ${findings.map(({ rule }) => rule).join(' ')}`)
    assert.equal(files.length, 26)
    assert.deepEqual(
      told.filter(
        (line) =>
          !/^bad-(?:link|data|virtual)-\w+\.h5 malicious hdf5\/external$|^bad-\w+-\w+\.h5 malicious keras\/lambda$|^fine-\S+ clean $/.test(
            line,
          ),
      ),
      [],
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
