import assert from 'node:assert/strict'
import { lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { makeCanary, SECRET, sendPath } from '../testing/canary.ts'
import type { TestServer } from '../testing/server.ts'
import { testSettings } from '../testing/server.ts'
import { listen, serverInMemory } from '../testing/sockets.ts'

const canary = makeCanary()
after(() => canary.remove())

/** As they stand in a URL's path. The file that they reach for is there. */
const IN_PATH: readonly [id: string, path: string][] = [
  ['PT-22', '../passwd'],
  ['PT-22', '../../../../../../../../etc/passwd'],
  ['PT-24', '..%2f..%2ftmp%2fx'],
  ['PT-24', '..%2fpasswd'],
  ['PT-25', 'a/../../passwd'],
  ['PT-25', 'a%2f..%2f..%2fpasswd'],
  ['PT-26', '%2e%2e%2f%2e%2e%2fx'],
  ['PT-26', '%2e%2e/outside'],
  ['PT-27', '%252e%252e%252fx'],
  ['PT-27', '%25252e%25252e%25252fx'],
  ['PT-27', 'file:%2f%2f..'],
  ['PT-23', 'C:/Windows/win.ini'],
  ['PT-23', 'C:x'],
  ['PT-23', '%5c%5csrv%5cshare'],
  ['PT-04', '%5c..%5c..%5cetc'],
  ['PT-04', '..%5cpasswd'],
  ['PT-16', '%2fetc%2fpasswd'],
  ['PT-16', '/etc/passwd'],
  ['PT-16', '//etc/passwd'],
  ['PT-16', 'a%00'],
  ['PT-16', 'passwd%00.jpg'],
  ['PT-16', '%5c%5c?%5cC:%5cWindows'.replace('?', '%3f')],
  ['PT-16', '%2%0952e%2%0952e/x'],
  ['PT-16', '%252%0952e%252%0952e/x'],
  ['PT-16', `%${'25'.repeat(11)}2e%${'25'.repeat(11)}2e%${'25'.repeat(11)}2fx`],
  ['PT-16', '%c0%ae%c0%ae/passwd'],
  ['PT-30', '1%0A/run/x'],
  ['PT-30', 'a%09b'],
  ['PT-30', '.'],
  ['PT-30', './passwd'],
  ['PT-30', 'a//b'],
  ['PT-30', 'a.'],
  ['PT-30', 'a%20'],
  ['own', '.millrace-uploads/x'],
  ['own', ''],
]

const BODY = JSON.stringify({ path: 'x.bin', num_parts: 1, upload_id: 'u', parts: [{ part_number: 1, etag: 'e' }] })
const OPERATIONS: readonly [what: string, method: string, endpoint: string, body: string][] = [
  ['download', 'GET', 'artifacts/', ''],
  ['upload', 'PUT', 'artifacts/', 'written by an attacker'],
  ['delete', 'DELETE', 'artifacts/', ''],
  ['presigned', 'GET', 'presigned/', ''],
  ['mpu/create', 'POST', 'mpu/create/', BODY],
  ['mpu/complete', 'POST', 'mpu/complete/', BODY],
  ['mpu/abort', 'POST', 'mpu/abort/', BODY],
]

function isEncoded(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

for (const static_prefix of ['', '/prefix']) {
  describe(`paths that climb, under "${static_prefix}"`, () => {
    let port = 0
    let server: TestServer
    before(async () => {
      server = await serverInMemory({ settings: { ...testSettings(), artifacts_destination: canary.root, static_prefix } })
      port = await listen(server)
    })

    const refused = async (method: string, path: string, body: string): Promise<void> => {
      const { status, text } = await sendPath(port, method, path, body)
      assert.ok(status === 400 || (status === 404 && !text.includes('RESOURCE_')), `${method} ${path}: ${status} ${text}`)
      // A URL that is no URL is refused before there is an endpoint.
      const codes = isEncoded(path) ? ['INVALID_PARAMETER_VALUE'] : ['INVALID_PARAMETER_VALUE', 'BAD_REQUEST']
      if (status === 400) assert.ok(codes.includes(JSON.parse(text).error_code), `${method} ${path}: ${text}`)
      for (const never of [SECRET, canary.dir, 'root:', 'select ']) assert.ok(!text.includes(never), `${path}: ${text}`)
      canary.check()
    }

    for (const [what, method, endpoint, body] of OPERATIONS) {
      test(`${what} refuses each of them`, async () => {
        for (const [, path] of IN_PATH) {
          for (const api of ['/api', '/ajax-api']) {
            await refused(method, `${static_prefix}${api}/2.0/mlflow-artifacts/${endpoint}${path}`, body)
          }
          // Spelled otherwise, it is no endpoint, or the same refusal.
          await refused(method, `${static_prefix}//api/2.0/mlflow-artifacts//${endpoint}${path}`, body)
          await refused(method, `${static_prefix}/API/2.0/MLflow-Artifacts/${endpoint}${path}`, body)
          await refused(method, `${static_prefix}/api/2.0/mlflow%2dartifacts/${endpoint}${path}`, body)
        }
      })
    }

    test('the same as ?path= of a listing, and as the name in the body of a multipart upload', async () => {
      for (const [id, path] of IN_PATH) {
        if (path === '' || path.includes('%c0')) continue
        await refused('GET', `${static_prefix}/api/2.0/mlflow-artifacts/artifacts?path=${path}`, '')
        const local = decodeURIComponent(path.replace(/%(?![0-9a-f]{2})/gi, '%25'))
        // What is absolute on a client's machine is what clients send: of it only the last name counts.
        if (id === 'PT-23' || id === 'PT-16' || !/[/\\]\.\.|\.\.[/\\]|\p{Cc}/u.test(local)) continue
        await refused('POST', `${static_prefix}/api/2.0/mlflow-artifacts/mpu/create/a`, JSON.stringify({ path: local, num_parts: 1 }))
      }
    })

    test('and what is next to them is served', async () => {
      const url = `${static_prefix}/api/2.0/mlflow-artifacts/artifacts/0/é b%25.txt`.replace('é b', '%C3%A9%20b')
      assert.equal((await sendPath(port, 'PUT', url, 'good')).status, 200)
      assert.equal((await sendPath(port, 'GET', url)).text, 'good')
      assert.deepEqual(readdirSync(join(canary.root, '0')), ['é b%.txt'])
    })
  })
}

describe('symbolic links (PT-29)', () => {
  const at = '/api/2.0/mlflow-artifacts/artifacts'
  let port = 0
  before(async () => {
    port = await listen(await serverInMemory({ settings: { ...testSettings(), artifacts_destination: canary.root } }))
    const art = join(canary.root, 'art')
    mkdirSync(join(art, '0'), { recursive: true })
    writeFileSync(join(art, '0', 'real'), 'real')
    symlinkSync(join(canary.dir, 'outside'), join(art, '0', 'link'))
    symlinkSync(join(canary.dir, 'passwd'), join(art, '0', 'file-link'))
    symlinkSync(join(canary.dir, 'not-there'), join(art, '0', 'dangling'))
    symlinkSync('real', join(art, '0', 'inside-link'))
  })

  for (const [method, path] of [
    ['GET', 'art/0/link/passwd'],
    ['GET', 'art/0/link/deep/passwd'],
    ['GET', 'art/0/file-link'],
    ['GET', 'art/0/dangling'],
    ['GET', 'art/0/inside-link'],
    ['PUT', 'art/0/link/new'],
    ['PUT', 'art/0/link/deep/passwd'],
    ['PUT', 'art/0/link/made/by/us'],
    ['PUT', 'art/0/link'],
    ['PUT', 'art/0/file-link'],
    ['PUT', 'art/0/dangling'],
    ['DELETE', 'art/0/link/passwd'],
    ['DELETE', 'art/0/link/deep'],
  ] as const) {
    test(`${method} ${path} goes through none`, async () => {
      const { status, text } = await sendPath(port, method, `${at}/${path}`, method === 'PUT' ? 'written' : '')
      assert.ok(status === 400 || status === 404, `${status} ${text}`)
      assert.ok(!text.includes(SECRET) && !text.includes(canary.dir), text)
      canary.check()
    })
  }

  test('are not listed, and not listed through', async () => {
    const { text } = await sendPath(port, 'GET', `${at}?path=art/0`)
    assert.deepEqual(JSON.parse(text), { files: [{ path: 'real', is_dir: false, file_size: 4 }] })
    for (const path of ['art/0/link', 'art/0/link/deep']) assert.equal((await sendPath(port, 'GET', `${at}?path=${path}`)).status, 400)
  })

  test('are removed themselves, alone or with their folder; what they point to stays', async () => {
    assert.equal((await sendPath(port, 'DELETE', `${at}/art/0/link`)).status, 200)
    assert.throws(() => lstatSync(join(canary.root, 'art/0/link')))
    canary.check()
    symlinkSync(join(canary.dir, 'outside'), join(canary.root, 'art/0/again'))
    assert.equal((await sendPath(port, 'DELETE', `${at}/art`)).status, 200)
    assert.throws(() => lstatSync(join(canary.root, 'art')))
    canary.check()
  })
})
