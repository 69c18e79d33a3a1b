import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '../..')

/** A checkout of its own, whose command is a few lines: building it takes a moment, and nothing is changed in this one. */
describe('./millrace runs a bundle of the sources', { timeout: 120_000 }, () => {
  const checkout = mkdtempSync(join(tmpdir(), 'millrace-bundle-'))
  const main = join(checkout, 'packages/cli/src/main.ts')
  const kept = join(checkout, 'node_modules/.cache/millrace')
  const bundles = join(kept, 'bundles')
  const run = (...args: string[]) => promisify(execFile)(join(checkout, 'millrace'), args, { env: { PATH: process.env.PATH ?? '' } })
  const builds = (): string[] => readdirSync(bundles).filter((name) => /^\d+-\d+$/.test(name))

  before(() => {
    for (const file of ['millrace', 'tools/bundle', 'package.json', 'package-lock.json']) {
      cpSync(join(root, file), join(checkout, file), { recursive: true })
    }
    for (const file of [
      'scan/src/child/child.ts',
      'server/src/http/reader-worker.ts',
      'sign/src/hash-worker.ts',
      'runtime/src/batch/parquet-worker.ts',
      'cli/src/main.ts',
    ]) {
      mkdirSync(join(checkout, 'packages', file, '..'), { recursive: true })
      writeFileSync(join(checkout, 'packages', file), 'export {}\n')
    }
    mkdirSync(join(checkout, 'node_modules'))
    for (const name of ['.bin', 'node', 'rolldown', '@rolldown', '@oxc-project']) {
      symlinkSync(join(root, 'node_modules', name), join(checkout, 'node_modules', name))
    }
    writeFileSync(main, "console.log('one', import.meta.url, process.argv[1])\n")
  })
  after(() => rmSync(checkout, { recursive: true, force: true }))

  test('which knows where its sources are, and is built once', async () => {
    const { stdout, stderr } = await run()
    assert.equal(stderr, '')
    const [said, place, program] = stdout.trim().split(' ')
    assert.deepEqual([said, place], ['one', `file://${main}`])
    assert.ok(program?.startsWith(bundles), stdout)
    await run()
    assert.equal(builds().length, 1)
  })

  test('and another when a source changed', async () => {
    writeFileSync(main, "const what: string = 'two'\n\nconsole.log(new Error(what).stack)\n")
    const { stdout } = await run()
    assert.equal(builds().length, 2)
    assert.match(stdout, /^Error: two\n/)
    assert.ok(stdout.includes(`${main}:3:13`), `the stack names the line of the source: ${stdout}`)
  })

  test('two that start at once both get a whole one', async () => {
    writeFileSync(main, "console.log('three')\n")
    const said = await Promise.all([run(), run(), run()])
    assert.deepEqual(
      said.map(({ stdout }) => stdout),
      ['three\n', 'three\n', 'three\n'],
    )
    assert.ok(builds().includes(readFileSync(join(bundles, 'current'), 'utf8').trim()))
    const before = builds().length
    assert.equal((await run()).stdout, 'three\n')
    assert.equal(builds().length, before)
  })

  test('and the sources as they are, with a line that says so, where none can be built', async () => {
    writeFileSync(main, "import './gone.ts'\n")
    await assert.rejects(run(), (error: { stderr: string }) => {
      assert.match(error.stderr, /gone\.ts/)
      assert.match(error.stderr, /could not be bundled; they run as they are/)
      return true
    })
    writeFileSync(main, "console.log('four')\n")
    rmSync(kept, { recursive: true })
    // Where nothing can be written, root included: what should be a folder is a file.
    writeFileSync(kept, '')
    const { stdout, stderr } = await run()
    assert.equal(stdout, 'four\n')
    assert.match(stderr, /could not be bundled; they run as they are/)
  })
})
