import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hashModel, hashResources } from './hash-model.ts'
import { folderOf } from './testing/folder.ts'
import { modelFiles } from './walk.ts'

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')

test('a large model is hashed in threads, and comes to the same as in one', async () => {
  const contents = Object.fromEntries(
    [40, 30, 0, 1].map((mib, at) => [`f${at}`, Buffer.alloc(mib * 2 ** 20 + at, String(at + 1))] as const),
  )
  const { files } = modelFiles(folderOf(contents))
  const told: number[] = []
  const hashed = await hashModel(files, (bytes) => told.push(bytes))
  assert.deepEqual(
    new Map(hashed.map(({ path, sha256: digest }) => [path, digest])),
    new Map(files.map(({ path }) => [path, sha256(contents[path] as Buffer)])),
  )
  assert.equal(Math.max(...told), 71 * 2 ** 20 + 6)
  await assert.rejects(hashModel(files.map((file) => ({ ...file, absolute: `${file.absolute}-gone` }))), /ENOENT/)
})

test('files are hashed in pieces, and with BLAKE2b, where a signature says so', async () => {
  const { files } = modelFiles(folderOf({ a: 'x'.repeat(25), empty: '' }))
  const pieces = await hashResources(files, { hash: 'sha256', shard_bytes: 10 })
  assert.deepEqual(pieces, [
    { path: 'a', start: 0, end: 10, digest: sha256('x'.repeat(10)) },
    { path: 'a', start: 10, end: 20, digest: sha256('x'.repeat(10)) },
    { path: 'a', start: 20, end: 25, digest: sha256('x'.repeat(5)) },
  ])
  const [blake] = await hashResources(files, { hash: 'blake2b', shard_bytes: undefined })
  assert.equal(blake?.digest, createHash('blake2b512').update('x'.repeat(25)).digest('hex'))
})

test('a symbolic link, which a signature would not cover, is an error', () => {
  const folder = folderOf({ a: 'a', '.git/config': 'x' })
  assert.deepEqual(modelFiles(folder).ignored, ['.git'])
  symlinkSync('a', join(folder, 'link'))
  assert.throws(() => modelFiles(folder), /link is a symbolic link/)
  assert.equal(modelFiles(folder, { allow_symlinks: true }).files.length, 2)
  symlinkSync('.git', join(folder, 'folder'))
  assert.throws(() => modelFiles(folder, { allow_symlinks: true }), /link to a folder/)
})
