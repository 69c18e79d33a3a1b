import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import { chmodSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Secret } from '../secret.ts'
import { newFolder } from '../testing/folder.ts'
import { addKey, dropKeys, KeyRing, keysInFile, newKey, readKeys, ringOf } from './index.ts'

const ring = (...keys: string[]): KeyRing => new KeyRing(() => readKeys(keys.join(','), 'a test'))

describe('sealed secrets (ID-02)', () => {
  test('are opened with the key that sealed them, also when it is no longer the current one', () => {
    const [old, next] = [newKey(), newKey()]
    const sealed = ring(old).seal('é secret', 'row 1')
    assert.equal(ring(next, old).open(sealed, 'row 1'), 'é secret')
    assert.notEqual(ring(next, old).seal('x', 'row 1').key_id, sealed.key_id)
    assert.throws(() => ring(next).open(sealed, 'row 1'), /not among this server's/)
  })

  test('are not opened in another place, nor when a byte was changed', () => {
    const keys = ring(newKey())
    const sealed = keys.seal('secret', 'row 1')
    assert.throws(() => keys.open(sealed, 'row 2'))
    const [form = '', content = ''] = sealed.text.split('.')
    const bytes = Buffer.from(content, 'base64')
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] as number) ^ 1
      assert.throws(() => keys.open({ ...sealed, text: `${form}.${changed.toString('base64')}` }, 'row 1'))
    }
    assert.notEqual(keys.seal('secret', 'row 1').text, sealed.text)
  })

  test('have a key each: of two texts neither opens with the other’s', () => {
    const keys = ring(newKey())
    const [one, other] = [keys.seal('one', 'row 1'), keys.seal('other', 'row 1')].map(({ text }) => Buffer.from(text.slice(3), 'base64'))
    const mixed = Buffer.concat([(one as Buffer).subarray(0, 60), (other as Buffer).subarray(60)])
    assert.throws(() => keys.open({ key_id: keys.ids[0] as string, text: `e1.${mixed.toString('base64')}` }, 'row 1'))
  })

  test('from before there were envelopes are opened still', () => {
    const key = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='
    const nonce = Buffer.alloc(12, 7)
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'base64'), nonce)
    cipher.setAAD(Buffer.from('row 1'))
    const inside = Buffer.concat([cipher.update('old', 'utf8'), cipher.final()])
    const text = Buffer.concat([nonce, cipher.getAuthTag(), inside]).toString('base64')
    assert.equal(ring(key).open({ key_id: ring(key).ids[0] as string, text }, 'row 1'), 'old')
  })

  test('a key that is none is refused by a message that does not show it', () => {
    assert.throws(
      () => ringOf({ secret_keys: new Secret('canary') }),
      (error: Error) => /MILLRACE_SECRET_KEY/.test(error.message) && !error.message.includes('canary'),
    )
  })
})

describe('a file of keys', () => {
  const fileName = (): string => join(newFolder('keys'), 'deeper', 'millrace.key')

  test('is made when a secret is first kept, for its owner only, and is the same at the next start', () => {
    const file = fileName()
    const sealed = keysInFile(file).seal('x', 'row')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(keysInFile(file).open(sealed, 'row'), 'x')
  })

  test('is refused when others may read it', () => {
    const file = fileName()
    const sealed = keysInFile(file).seal('x', 'row')
    chmodSync(file, 0o644)
    assert.throws(() => keysInFile(file).open(sealed, 'row'), /chmod 600/)
  })

  test('takes a new key while a server runs, which then opens what was sealed with it', () => {
    const file = fileName()
    const running = keysInFile(file)
    const before = running.seal('x', 'row')
    addKey(file)
    const after = keysInFile(file).seal('y', 'row')
    assert.equal(running.open(after, 'row'), 'y')
    dropKeys(file, new Set([before.key_id]))
    assert.equal(keysInFile(file).open(before, 'row'), 'x')
    dropKeys(file, new Set())
    assert.throws(() => keysInFile(file).open(before, 'row'), /not among/)
    assert.equal(keysInFile(file).open(after, 'row'), 'y')
    assert.equal(readFileSync(file, 'utf8').trim().split('\n').length, 1)
  })
})
