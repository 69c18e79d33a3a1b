import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { describe, test } from 'node:test'
import { hostPattern, hostRule, parseHost } from './host.ts'

describe('the Host header', () => {
  const isOurs = hostRule([])
  for (const host of [
    'localhost',
    'localhost:5000',
    'LOCALHOST',
    'localhost.',
    '127.0.0.1',
    '127.8.9.1:80',
    '[::1]',
    '[::1]:5000',
    '0.0.0.0:5000',
  ]) {
    test(`${host} is this machine`, () => assert.equal(isOurs(host), true))
  }

  test("the addresses of this machine's interfaces are its own", () => {
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
    assert.ok(addresses.length > 0)
    for (const { address, family } of addresses)
      assert.equal(isOurs(family === 'IPv6' ? `[${address}]:5000` : `${address}:5000`), true, address)
  })

  for (const host of [
    'evil.com',
    'evil.com:5000',
    '10.evil.com',
    '192.168.evil.com:5963',
    '172.16.evil.com',
    'localhost.evil.com',
    '127.0.0.1.evil.com',
    '127.0.0.1.nip.io',
    '203.0.113.7',
    '[2001:db8::1]',
    '[::ffff:203.0.113.7]',
    '0x7f000001',
    '2130706433',
    '127.1',
    'evil.com@localhost',
    'localhost@evil.com',
    'localhost#evil.com',
    'localhost/evil.com',
    'localhost evil.com',
    'localhost,evil.com',
    'localhost:',
    'localhost:5000:1',
    '[::1]evil.com',
    '[::1',
    '..',
    '',
    `${'a.'.repeat(10_000)}localhost`,
  ]) {
    test(`${host.slice(0, 40) || 'an empty one'} is not`, () => assert.equal(isOurs(host), false))
  }
  test('none at all is not', () => assert.equal(isOurs(undefined), false))
})

describe('--allowed-hosts', () => {
  for (const [pattern, yes, no] of [
    [
      'mlflow.example.com',
      ['mlflow.example.com', 'MLflow.Example.com:8443', 'mlflow.example.com.'],
      ['example.com', 'amlflow.example.com', 'mlflow.example.com.evil.com'],
    ],
    ['mlflow.example.com:5000', ['mlflow.example.com:5000'], ['mlflow.example.com', 'mlflow.example.com:5001']],
    ['mlflow.example.com:*', ['mlflow.example.com', 'mlflow.example.com:1'], ['evil.com:5000']],
    [
      '*.example.com',
      ['a.example.com', 'a.b.example.com:5000'],
      ['example.com', '.example.com', 'evil-example.com', 'a.example.com.evil.com'],
    ],
    [
      'app-*.internal.com',
      ['app-1.internal.com', 'app-.internal.com'],
      ['app-1.evil.internal.com', 'app-1.internal.com.evil.com', 'xapp-1.internal.com'],
    ],
    ['192.168.*', ['192.168.1.1', '192.168.1.1:5000'], ['192.168.evil.com', '192.1680.1.1', '10.0.0.1']],
    ['10.0.0.100:5000', ['10.0.0.100:5000'], ['10.0.0.100', '10.0.0.101:5000']],
    ['*', ['evil.com'], []],
  ] as const) {
    test(pattern, () => {
      const matches = hostPattern(pattern)
      const answer = (text: string): boolean => {
        const host = parseHost(text)
        return host !== undefined && matches(host)
      }
      for (const host of yes) assert.equal(answer(host), true, host)
      for (const host of no) assert.equal(answer(host), false, host)
    })
  }

  for (const pattern of ['10.*.com', 'evil*', '*evil', '[fc00:*', 'https://example.com', 'a.*.example.com', '**.example.com', '*.1', '']) {
    test(`'${pattern}' is refused at the start`, () => assert.throws(() => hostRule([pattern]), /--allowed-hosts/))
  }
})
