import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ARTIFACTS, artifactServer, putArtifact, until } from '../testing/artifacts.ts'
import { testSettings } from '../testing/server.ts'
import { listen, RawClient, serverInMemory } from '../testing/sockets.ts'

/** Files that are still growing, or were left behind. */
const uploads = (root: string): string[] =>
  existsSync(join(root, '.millrace-uploads')) ? readdirSync(join(root, '.millrace-uploads')) : []

describe('uploads', () => {
  test('are kept byte for byte, and their digest is told', async () => {
    const { server, root } = await artifactServer()
    const bytes = randomBytes(5_000_001)
    const answer = await putArtifact(server, '0/run/artifacts/model.bin', bytes)
    assert.equal(answer.status, 200, answer.text)
    assert.equal(answer.text, '{}')
    assert.equal(answer.headers['repr-digest'], `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`)
    assert.ok(readFileSync(join(root, '0/run/artifacts/model.bin')).equals(bytes))
    assert.deepEqual(uploads(root), [])
  })

  test('of any content type are bytes: nothing parses JSON, forms or parts', async () => {
    const { server, root } = await artifactServer()
    const boundary = `--x\r\n${'-'.repeat(1_000_000)}`
    for (const [type, body] of [
      ['application/json', '{"broken": '],
      ['application/x-www-form-urlencoded', 'a=b'],
      ['multipart/form-data; boundary=x', boundary],
    ] as const) {
      const started = process.cpuUsage()
      assert.equal((await putArtifact(server, 'f', body, { 'content-type': type })).status, 200)
      const { user } = process.cpuUsage(started)
      assert.ok(user < 2_000_000, `${user} µs of the processor`)
      assert.equal(readFileSync(join(root, 'f'), 'utf8'), body)
    }
  })

  test('may be empty, and replace what was there in one step', async () => {
    const { server, root } = await artifactServer()
    await putArtifact(server, 'f', 'first')
    await putArtifact(server, 'f', '')
    assert.equal(readFileSync(join(root, 'f'), 'utf8'), '')
    assert.equal((await server.call('GET', `${ARTIFACTS}/f`)).headers['content-length'], '0')
  })

  test('can not take the name of a folder, nor go below a file, nor end in a slash', async () => {
    const { server } = await artifactServer()
    await putArtifact(server, 'folder/file', 'x')
    for (const path of ['folder', 'folder/file/below', 'folder/', 'new/']) {
      const answer = await putArtifact(server, path, 'y')
      assert.equal(answer.status, 400, path)
      assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE')
    }
  })

  test('grow in a folder that only the server may enter, under a name that nobody can guess (RC-13)', async () => {
    const { server, root } = await artifactServer()
    const client = await RawClient.open(await listen(server))
    client.send(`PUT ${ARTIFACTS}/slow HTTP/1.1\r\nHost: localhost:5000\r\nContent-Length: 10\r\n\r\nhalf`)
    await until(() => uploads(root).length === 1)
    const [name] = uploads(root) as [string]
    assert.match(name, /^[0-9a-f]{32}$/)
    assert.equal(statSync(join(root, '.millrace-uploads')).mode & 0o777, 0o700)
    assert.equal(statSync(join(root, '.millrace-uploads', name)).mode & 0o777, 0o600)
    assert.deepEqual((await server.call('GET', ARTIFACTS)).body, { files: [] })
    client.send('or all')
    await client.until('200 OK')
    assert.equal(readFileSync(join(root, 'slow'), 'utf8'), 'halfor all')
  })

  for (const head of ['Content-Length: 1000', 'Transfer-Encoding: chunked']) {
    test(`that break off leave nothing (${head})`, async () => {
      const { server, root } = await artifactServer()
      writeFileSync(join(root, 'f'), 'before')
      const client = await RawClient.open(await listen(server))
      client.send(
        `PUT ${ARTIFACTS}/f HTTP/1.1\r\nHost: localhost:5000\r\n${head}\r\n\r\n${head.startsWith('T') ? '4\r\nhalf\r\n' : 'half'}`,
      )
      await until(() => uploads(root).length === 1)
      client.socket.destroy()
      await until(() => uploads(root).length === 0)
      assert.equal(readFileSync(join(root, 'f'), 'utf8'), 'before')
    })
  }

  test('that were cut off by a crash long ago are swept away, and those that may still grow are not', async () => {
    const { server, root } = await artifactServer()
    await putArtifact(server, 'first', 'x')
    const old = join(root, '.millrace-uploads', 'old')
    writeFileSync(old, 'x')
    writeFileSync(join(root, '.millrace-uploads', 'young'), 'x')
    utimesSync(old, new Date(Date.now() - 90_000_000), new Date(Date.now() - 90_000_000))
    const again = await serverInMemory({ settings: { ...testSettings(), artifacts_destination: root } })
    await putArtifact(again, 'second', 'x')
    assert.deepEqual(uploads(root), ['young'])
  })
})

describe('limits on uploads (DO-08)', () => {
  test('a length of 1 TB is refused before a byte is read, since the disk has no room for it', async () => {
    const { server, root } = await artifactServer()
    const client = await RawClient.open(await listen(server))
    client.send(`PUT ${ARTIFACTS}/f HTTP/1.1\r\nHost: localhost:5000\r\nContent-Length: ${2 ** 50}\r\n\r\n`)
    assert.match(await client.until('INSUFFICIENT_STORAGE'), /^HTTP\/1.1 507/)
    client.socket.destroy()
    assert.deepEqual(readdirSync(root), ['.millrace-uploads'])
    assert.deepEqual(uploads(root), [])
  })

  test('a disk on which too little is free answers 507, and nothing is left', async () => {
    const { server, root } = await artifactServer({ artifacts_keep_free_bytes: Number.MAX_SAFE_INTEGER })
    const answer = await putArtifact(server, 'f', 'x')
    assert.equal(answer.status, 507)
    assert.equal(answer.body.error_code, 'INSUFFICIENT_STORAGE')
    assert.deepEqual([readdirSync(root), uploads(root)], [['.millrace-uploads'], []])
  })

  test('more than one artifact may have is 413, declared or not', async () => {
    const { server, root } = await artifactServer({ artifact_max_bytes: 1000 })
    assert.equal((await putArtifact(server, 'f', 'x'.repeat(1000))).status, 200)
    assert.equal((await putArtifact(server, 'g', 'x'.repeat(1001))).status, 413)
    const request = http.request({ port: await listen(server), host: '127.0.0.1', method: 'PUT', path: `${ARTIFACTS}/h` })
    request.write('x'.repeat(600))
    await sleep(20)
    request.write('x'.repeat(600))
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage]
    assert.equal(answer.statusCode, 413)
    request.destroy()
    assert.deepEqual([readdirSync(root).sort(), uploads(root)], [['.millrace-uploads', 'f'], []])
  })

  test('an upload refused in the middle is read on and thrown away, so that its sender gets to read why', async () => {
    const { server } = await artifactServer({ artifact_max_bytes: 1000 })
    const client = await RawClient.open(await listen(server))
    client.send(`PUT ${ARTIFACTS}/f HTTP/1.1\r\nHost: localhost:5000\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n${'x'.repeat(1001)}\r\n`)
    await client.until('REQUEST_TOO_LARGE')
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(2 ** 20), Buffer.from('\r\n')])
    const drained = (async () => {
      for (let sent = 0; sent < 30; sent++) if (!client.socket.write(chunk)) await once(client.socket, 'drain')
      client.send('0\r\n\r\nGET /version HTTP/1.1\r\nHost: localhost:5000\r\n\r\n')
    })()
    await client.until('3.17')
    await drained
    client.socket.destroy()
  })
})

describe('listings and deletions', () => {
  test('a folder is listed by name, with sizes; what is no folder has nothing in it', async () => {
    const { server } = await artifactServer()
    for (const path of ['run/b.txt', 'run/a.txt', 'run/dir/c.txt', 'run/é.txt']) await putArtifact(server, encodeURI(path), 'abc')
    const files = [
      { path: 'a.txt', is_dir: false, file_size: 3 },
      { path: 'b.txt', is_dir: false, file_size: 3 },
      { path: 'dir', is_dir: true },
      { path: 'é.txt', is_dir: false, file_size: 3 },
    ]
    for (const path of ['run', 'run/']) assert.deepEqual((await server.call('GET', `${ARTIFACTS}?path=${path}`)).body, { files })
    for (const path of ['nothing', 'run/a.txt'])
      assert.deepEqual((await server.call('GET', `${ARTIFACTS}?path=${path}`)).body, { files: [] })
    assert.deepEqual((await server.call('GET', `${ARTIFACTS}?path=`)).body, { files: [{ path: 'run', is_dir: true }] })
  })

  test('names that nobody could ask for are not listed (PT-34)', async () => {
    const { server, root } = await artifactServer()
    for (const name of ['a\nb', 'a\\..\\b', '%2e%2e%2fx', 'a#b', 'good']) writeFileSync(join(root, name), 'x')
    assert.deepEqual((await server.call('GET', ARTIFACTS)).body, { files: [{ path: 'good', is_dir: false, file_size: 1 }] })
  })

  test('a file and a folder are deleted, and what is gone is no error', async () => {
    const { server, root } = await artifactServer()
    await putArtifact(server, 'a/b/c', 'x')
    await putArtifact(server, 'a/d', 'x')
    for (const path of ['a/d', 'a/b/', 'a/b', 'never/there'])
      assert.equal((await server.call('DELETE', `${ARTIFACTS}/${path}`)).status, 200, path)
    assert.deepEqual(readdirSync(join(root, 'a')), [])
  })
})

describe('what is switched off or not there', () => {
  test('--no-serve-artifacts answers 503 in words that say so', async () => {
    const { server } = await artifactServer({ serve_artifacts: false, default_artifact_root: tmpdir() })
    for (const [method, url] of [
      ['GET', ARTIFACTS],
      ['GET', `${ARTIFACTS}/f`],
      ['PUT', `${ARTIFACTS}/f`],
      ['DELETE', `${ARTIFACTS}/f`],
      ['GET', '/api/2.0/mlflow-artifacts/presigned/f'],
    ] as const) {
      const answer = await server.call(method, url, method === 'PUT' ? Buffer.from('x') : undefined)
      assert.equal(answer.status, 503, url)
      assert.match(answer.text, /disabled due to .*--no-serve-artifacts/)
    }
  })

  for (const [method, endpoint, phrase] of [
    ['POST', 'mpu/create/a', 'Multipart upload is not supported for the current artifact repository'],
    ['POST', 'mpu/complete/a', 'Multipart upload is not supported for the current artifact repository'],
    ['POST', 'mpu/abort/a', 'Multipart upload is not supported for the current artifact repository'],
    ['GET', 'presigned/a', 'Multipart download is not supported for the current artifact repository'],
  ] as const) {
    test(`a disk has no ${endpoint}: clients send and fetch whole files`, async () => {
      const { server } = await artifactServer()
      const body = { path: '/data/x.bin', num_parts: 2, upload_id: 'u', parts: [{ part_number: 1, etag: 'e' }] }
      const answer = await server.call(method, `/api/2.0/mlflow-artifacts/${endpoint}`, method === 'POST' ? body : undefined)
      assert.equal(answer.status, 501)
      assert.equal(answer.body.error_code, 'NOT_IMPLEMENTED')
      assert.ok(answer.body.message.startsWith(phrase), answer.text)
    })
  }
})
