import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ApiError } from '../http/errors.ts'
import { lastNameOf, parseArtifactPath } from './path.ts'

const refusal = (text: string, exact?: string) => (error: unknown) => {
  assert.ok(error instanceof ApiError && error.code === 'INVALID_PARAMETER_VALUE', `${JSON.stringify(text)}: ${error}`)
  assert.match(error.message, /^Invalid path/)
  if (exact) assert.equal(error.message, exact)
  return true
}

// Security cases PT-16, PT-22 to PT-28 and PT-30: what no path of an artifact may be. Once decoded, as it comes from HTTP.
const BAD: readonly string[] = [
  '..',
  '.',
  '../path',
  '../../path',
  './../path',
  'path/../to/file',
  'path/./file',
  'a//b',
  '/etc/passwd',
  '//etc/passwd',
  '/',
  'a/..',
  '/file://etc/passwd',
  'file://a#/..//tmp',
  'file:///etc/passwd',
  'file:etc',
  'FILE:///etc',
  'http://host/x',
  's3://bucket/x',
  '..\\path',
  'a\\b',
  '\\\\srv\\share',
  '\\\\?\\C:\\Windows',
  'C:',
  'C:path',
  'C:/Windows/win.ini',
  'c:\\boot.ini',
  '....\\\\',
  'a#b',
  'a\0b',
  'a\nb',
  'a\tb',
  '1\n/run/x',
  'a\u007fb',
  'a\u0085b',
  'a\ud800b',
  'a.',
  'a ',
  'a./b',
  ' ',
  '...',
  'a'.repeat(256),
  'ä'.repeat(128),
  'a/'.repeat(1025),
  '.millrace-uploads',
  '.millrace-uploads/x',
  // Still encoded after the one decoding: nobody behind us may find dots or slashes in it.
  '%2E%2E%2Fpath',
  '%2e%2e',
  '%2e',
  'a%2fb',
  'a%5cb',
  'a%00',
  'a%0a',
  '%252e%252e%252fx',
  '%2%0952e%2%0952e/%2%0A52e%2%0A52e/path',
  '%2\t52e%2\t52e',
  `..${'%25'.repeat(1)}2f`,
  `%${'25'.repeat(11)}2e%${'25'.repeat(11)}2e`,
  'file:%2f%2f..',
]

const GOOD: readonly string[] = [
  'a',
  'model/MLmodel',
  'a b/c',
  '.hidden',
  '..a',
  'a..b',
  'dir/',
  'MLproject',
  '日本語.txt',
  'e\u0301.txt',
  '\u00e9.txt',
  '100%.txt',
  '50%off',
  'a%20b',
  'a+b',
  '2024-01-01T10:00:00.log',
  'ab:1',
  'it\'s (1) [2] {3} & $HOME ~ `id` $(id) ; | < > ? * "',
  'images/dog%step%100%timestamp%100%2f6b2a4e-1c1d-4f8e-9a57-0c1d2e3f4a5b.png',
  'images/dog%step%25%timestamp%10%00000000-1c1d-4f8e-9a57-0c1d2e3f4a5b%compressed.webp',
  'images/dog%step%100%timestamp%100%v9622170-caa0-4b9f-bb52-f173214e748e.png',
  'images/dog+step+100+timestamp+100+2f6b2a4e-1c1d-4f8e-9a57-0c1d2e3f4a5b.png',
  'a'.repeat(255),
]

describe("an artifact's path", () => {
  for (const text of BAD)
    test(`refuses ${JSON.stringify(text).slice(0, 80)}`, () => assert.throws(() => parseArtifactPath(text), refusal(text)))
  for (const text of GOOD) {
    test(`takes ${JSON.stringify(text).slice(0, 80)} as it is`, () => {
      const { segments, is_folder } = parseArtifactPath(text)
      assert.equal(segments.join('/') + (is_folder ? '/' : ''), text)
    })
  }
  test("that climbs is refused in the words that MLflow's tests compare", () => {
    assert.throws(() => parseArtifactPath('../path'), refusal('../path', 'Invalid path'))
  })
  test('is never normalized: two spellings are two paths', () => {
    assert.notDeepEqual(parseArtifactPath('e\u0301').segments, parseArtifactPath('\u00e9').segments)
  })
})

describe("the last name of a client's own path", () => {
  for (const [text, name] of [
    ['/data/model.pkl', 'model.pkl'],
    ['model.pkl', 'model.pkl'],
    ['C:\\Users\\me\\model.pkl', 'model.pkl'],
  ] as const) {
    test(`of ${text} is ${name}`, () => assert.equal(lastNameOf(text), name))
  }
  for (const text of [
    '',
    '/',
    'a/',
    '..',
    '../x',
    '/a/../x',
    'a\\..\\x',
    '%2e%2e%2fx',
    'a%00',
    'a\0b',
    'C:x',
    '/tmp/C:x',
    '/a/%2e%2e/x',
    '/a\n/x',
  ]) {
    test(`is refused of ${JSON.stringify(text)}`, () => assert.throws(() => lastNameOf(text), refusal(text)))
  }
})
