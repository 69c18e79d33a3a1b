import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { byParts, digestsOf } from './digests.ts'

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex')

test('files are in the order of the parts of their paths, by code points', () => {
  const paths = ['data.d/x', 'data/x', 'data', 'z', 'Z', 'data/\u{1F600}', 'data/\uFFFD', 'é', 'data/a/b']
  assert.deepEqual(paths.toSorted(byParts), ['Z', 'data', 'data/a/b', 'data/x', 'data/\uFFFD', 'data/\u{1F600}', 'data.d/x', 'z', 'é'])
})

test('a model has the root digest of OpenSSF model signing, and the dirHash of in-toto', () => {
  const files = [
    { path: 'b', sha256: sha256('2') },
    { path: 'a/c', sha256: sha256('1') },
  ]
  assert.deepEqual(digestsOf(files), {
    sha256: sha256(Buffer.concat([Buffer.from(sha256('1'), 'hex'), Buffer.from(sha256('2'), 'hex')])),
    dirHash: sha256(`${sha256('1')}  a/c\n${sha256('2')}  b\n`),
  })
  assert.equal(digestsOf([{ path: 'a\nb', sha256: sha256('1') }]).dirHash, undefined)
})
