import assert from 'node:assert/strict'
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readBundle } from '../bundle.ts'
import { modelStatement } from '../oms.ts'
import { folderOf } from '../testing/folder.ts'
import { readTrust, trustKey } from '../trust.ts'
import { checkBundle } from '../verify.ts'
import { externalSigner, KeyStore, readExternalSigner, signStatement } from './index.ts'

const STATEMENT = modelStatement('m', [{ path: 'a', sha256: 'a'.repeat(64) }])

test('a store makes, rotates and revokes keys, and its trust file tells others', async () => {
  const store = new KeyStore(join(folderOf(), 'keys'))
  const first = store.make('release', 'P-384', ['signature'])
  assert.throws(() => store.make('release', 'P-256', ['signature']), /already/)
  assert.throws(() => store.make('../x', 'P-256', ['signature']), /can't be a key's name/)
  assert.throws(() => store.signer('../release'), /no private key/)
  assert.equal(statSync(join(store.folder, 'release.key')).mode & 0o777, 0o600)
  const bundle = readBundle(await signStatement({ signer: store.signer('release') }, STATEMENT))
  const check = () => checkBundle(bundle, readTrust(readFileSync(store.trust_file, 'utf8')))
  assert.ok(check().ok)
  const second = store.rotate('release')
  assert.deepEqual([second.curve, second.id === first.id], ['P-384', false])
  assert.ok(check().ok, 'what the old key signed still counts')
  assert.deepEqual(
    store.list().map(({ state }) => state),
    ['current', 'rotated'],
  )
  assert.deepEqual(store.revoke(first.id, 'lost'), [first.id])
  const checked = check()
  assert.deepEqual([checked.ok, !checked.ok && checked.because], [false, 'revoked'])
  assert.equal(store.signer('release').public_key.id, second.id)
  store.revoke('release', '')
  assert.throws(() => store.signer('release'), /no private key/)
  assert.throws(() => store.revoke('nobody', ''), /no key's name/)
  assert.deepEqual(readdirSync(store.folder), ['trust.json'])
})

test('a private key that others may read is refused; a password encrypts one', () => {
  const store = new KeyStore(join(folderOf(), 'keys'))
  store.make('open', 'P-256', ['signature'])
  chmodSync(join(store.folder, 'open.key'), 0o644)
  assert.throws(() => store.signer('open'), /chmod 600/)
  store.make('closed', 'P-256', ['signature'], 'secret')
  assert.match(readFileSync(join(store.folder, 'closed.key'), 'utf8'), /ENCRYPTED/)
  assert.throws(() => store.signer('closed'), /is encrypted/)
  assert.equal(store.signer('closed', 'secret').public_key.curve.name, 'P-256')
})

/** A program that signs what it is given, in the way that it is told: it stands for a token or a key service. */
const PROGRAM = `
const { createPrivateKey, createSign, sign } = require('node:crypto')
const { readFileSync } = require('node:fs')
const [file, way] = process.argv.slice(2)
const chunks = []
process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
  const key = createPrivateKey(readFileSync(file))
  const input = Buffer.concat(chunks)
  if (way === 'fail') { console.error('no card in the reader'); process.exit(3) }
  const dsaEncoding = way.includes('pair') ? 'ieee-p1363' : 'der'
  const signature = sign(way.includes('other') ? 'sha512' : 'sha256', input, { key, dsaEncoding })
  process.stdout.write(way.includes('text') ? signature.toString('base64') + '\\n' : signature)
})
`

test('a program signs with a key that never comes here, in whichever spelling; another key or hash is noticed', async () => {
  const store = new KeyStore(join(folderOf(), 'keys'))
  const { public_key } = store.make('card', 'P-256', ['signature'])
  const program = join(store.folder, 'card signer;x.cjs')
  writeFileSync(program, PROGRAM)
  const sign = (way: string): Promise<string> => {
    const command = [process.execPath, program, join(store.folder, 'card.key'), way]
    return signStatement({ signer: externalSigner(readExternalSigner(JSON.stringify({ public_key, command }))) }, STATEMENT)
  }
  for (const way of ['', 'pair', 'text', 'text pair']) {
    const checked = checkBundle(readBundle(await sign(way)), trustKey(store.signer('card').public_key))
    assert.ok(checked.ok, way)
  }
  await assert.rejects(sign('other'), /no signature of the key/)
  await assert.rejects(sign('fail'), /ended with 3: no card in the reader/)
  assert.throws(() => readExternalSigner(JSON.stringify({ public_key, command: 'rm -rf' })), /no list/)
  const absent = externalSigner(readExternalSigner(JSON.stringify({ public_key, command: ['/nowhere/signer'] })))
  await assert.rejects(signStatement({ signer: absent }, STATEMENT), /could not be started/)
})
