import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Settings } from '../config.ts'
import { type Answer, type TestServer, testSettings } from '../testing/server.ts'
import { listen, RawClient, serverInMemory } from '../testing/sockets.ts'

const AT = '/api/2.0/mlflow-artifacts/artifacts'
const roots: string[] = []
after(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true })
})

async function newServer(settings: Partial<Settings> = {}): Promise<{ server: TestServer; root: string }> {
  const root = mkdtempSync(join(tmpdir(), 'millrace-transfer-'))
  roots.push(root)
  return { server: await serverInMemory({ settings: { ...testSettings(), artifacts_destination: root, ...settings } }), root }
}

/** Files that are still growing, or were left behind. */
const uploads = (root: string): string[] =>
  existsSync(join(root, '.millrace-uploads')) ? readdirSync(join(root, '.millrace-uploads')) : []

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5_000; !condition(); ) {
    assert.ok(Date.now() < deadline, 'it did not happen within 5 s')
    await sleep(5)
  }
}

/** Where the system tells: the files that this process has open. */
function openFiles(): string[] {
  if (!existsSync('/proc/self/fd')) return []
  return readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
}

const put = (server: TestServer, path: string, body: Buffer | string, headers: Record<string, string> = {}): Promise<Answer> =>
  server.call('PUT', `${AT}/${path}`, Buffer.from(body), { 'content-type': 'application/octet-stream', ...headers })

describe('uploads', () => {
  test('are kept byte for byte, and their digest is told', async () => {
    const { server, root } = await newServer()
    const bytes = randomBytes(5_000_001)
    const answer = await put(server, '0/run/artifacts/model.bin', bytes)
    assert.equal(answer.status, 200, answer.text)
    assert.equal(answer.text, '{}')
    assert.equal(answer.headers['repr-digest'], `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`)
    assert.ok(readFileSync(join(root, '0/run/artifacts/model.bin')).equals(bytes))
    assert.deepEqual(uploads(root), [])
  })

  test('of any content type are bytes: nothing parses JSON, forms or parts', async () => {
    const { server, root } = await newServer()
    const boundary = `--x\r\n${'-'.repeat(1_000_000)}`
    for (const [type, body] of [
      ['application/json', '{"broken": '],
      ['application/x-www-form-urlencoded', 'a=b'],
      ['multipart/form-data; boundary=x', boundary],
    ] as const) {
      const started = performance.now()
      assert.equal((await put(server, 'f', body, { 'content-type': type })).status, 200)
      assert.ok(performance.now() - started < 2_000)
      assert.equal(readFileSync(join(root, 'f'), 'utf8'), body)
    }
  })

  test('may be empty, and replace what was there in one step', async () => {
    const { server, root } = await newServer()
    await put(server, 'f', 'first')
    await put(server, 'f', '')
    assert.equal(readFileSync(join(root, 'f'), 'utf8'), '')
    assert.equal((await server.call('GET', `${AT}/f`)).headers['content-length'], '0')
  })

  test('can not take the name of a folder, nor go below a file, nor end in a slash', async () => {
    const { server } = await newServer()
    await put(server, 'folder/file', 'x')
    for (const path of ['folder', 'folder/file/below', 'folder/', 'new/']) {
      const answer = await put(server, path, 'y')
      assert.equal(answer.status, 400, path)
      assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE')
    }
  })

  test('grow in a folder that only the server may enter, under a name that nobody can guess (RC-13)', async () => {
    const { server, root } = await newServer()
    const client = await RawClient.open(await listen(server))
    client.send(`PUT ${AT}/slow HTTP/1.1\r\nHost: localhost:5000\r\nContent-Length: 10\r\n\r\nhalf`)
    await until(() => uploads(root).length === 1)
    const [name] = uploads(root) as [string]
    assert.match(name, /^[0-9a-f]{32}$/)
    assert.equal(statSync(join(root, '.millrace-uploads')).mode & 0o777, 0o700)
    assert.equal(statSync(join(root, '.millrace-uploads', name)).mode & 0o777, 0o600)
    assert.deepEqual((await server.call('GET', AT)).body, { files: [] })
    client.send('or all')
    await client.until('200 OK')
    assert.equal(readFileSync(join(root, 'slow'), 'utf8'), 'halfor all')
  })

  for (const head of ['Content-Length: 1000', 'Transfer-Encoding: chunked']) {
    test(`that break off leave nothing (${head})`, async () => {
      const { server, root } = await newServer()
      writeFileSync(join(root, 'f'), 'before')
      const client = await RawClient.open(await listen(server))
      client.send(`PUT ${AT}/f HTTP/1.1\r\nHost: localhost:5000\r\n${head}\r\n\r\n${head.startsWith('T') ? '4\r\nhalf\r\n' : 'half'}`)
      await until(() => uploads(root).length === 1)
      client.socket.destroy()
      await until(() => uploads(root).length === 0)
      assert.equal(readFileSync(join(root, 'f'), 'utf8'), 'before')
    })
  }

  test('that were cut off by a crash long ago are swept away, and those that may still grow are not', async () => {
    const { server, root } = await newServer()
    await put(server, 'first', 'x')
    const old = join(root, '.millrace-uploads', 'old')
    writeFileSync(old, 'x')
    writeFileSync(join(root, '.millrace-uploads', 'young'), 'x')
    utimesSync(old, new Date(Date.now() - 90_000_000), new Date(Date.now() - 90_000_000))
    const again = await serverInMemory({ settings: { ...testSettings(), artifacts_destination: root } })
    await put(again, 'second', 'x')
    assert.deepEqual(uploads(root), ['young'])
  })
})

describe('limits on uploads (DO-08)', () => {
  test('a length of 1 TB is refused before a byte is read, since the disk has no room for it', async () => {
    const { server, root } = await newServer()
    const client = await RawClient.open(await listen(server))
    client.send(`PUT ${AT}/f HTTP/1.1\r\nHost: localhost:5000\r\nContent-Length: ${2 ** 50}\r\n\r\n`)
    assert.match(await client.until('INSUFFICIENT_STORAGE'), /^HTTP\/1.1 507/)
    client.socket.destroy()
    assert.deepEqual(readdirSync(root), ['.millrace-uploads'])
    assert.deepEqual(uploads(root), [])
  })

  test('a disk on which too little is free answers 507, and nothing is left', async () => {
    const { server, root } = await newServer({ artifacts_keep_free_bytes: Number.MAX_SAFE_INTEGER })
    const answer = await put(server, 'f', 'x')
    assert.equal(answer.status, 507)
    assert.equal(answer.body.error_code, 'INSUFFICIENT_STORAGE')
    assert.deepEqual([readdirSync(root), uploads(root)], [['.millrace-uploads'], []])
  })

  test('more than one artifact may have is 413, declared or not', async () => {
    const { server, root } = await newServer({ artifact_max_bytes: 1000 })
    assert.equal((await put(server, 'f', 'x'.repeat(1000))).status, 200)
    assert.equal((await put(server, 'g', 'x'.repeat(1001))).status, 413)
    const request = http.request({ port: await listen(server), host: '127.0.0.1', method: 'PUT', path: `${AT}/h` })
    request.write('x'.repeat(600))
    await sleep(20)
    request.write('x'.repeat(600))
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage]
    assert.equal(answer.statusCode, 413)
    request.destroy()
    assert.deepEqual([readdirSync(root).sort(), uploads(root)], [['.millrace-uploads', 'f'], []])
  })
})

describe('downloads', () => {
  const bytes = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251))

  test('give back the bytes, of which HEAD tells the length', async () => {
    const { server } = await newServer()
    await put(server, 'a/b.bin', bytes)
    const got = await server.app.inject({ method: 'GET', url: `${AT}/a/b.bin`, headers: { host: 'localhost:5000' } })
    assert.ok(got.rawPayload.equals(bytes))
    const head = await server.call('HEAD', `${AT}/a/b.bin`)
    assert.equal(head.status, 200)
    assert.equal(head.headers['content-length'], '1000')
    assert.equal(head.headers.etag, got.headers.etag)
    assert.equal(head.text, '')
    assert.equal((await server.call('HEAD', `${AT}/nothing`)).status, 404)
  })

  for (const [range, status, first, last] of [
    ['bytes=0-9', 206, 0, 9],
    ['bytes=990-', 206, 990, 999],
    ['bytes=-10', 206, 990, 999],
    ['bytes=-5000', 206, 0, 999],
    ['bytes=999-5000', 206, 999, 999],
    ['bytes=1000-', 416, 0, 0],
    ['bytes=-0', 416, 0, 0],
    ['bytes=5-4', 200, 0, 999],
    ['bytes=0-1,5-6', 200, 0, 999],
    ['bytes=-', 200, 0, 999],
    ['lines=0-1', 200, 0, 999],
  ] as const) {
    test(`answer Range ${range} with ${status}`, async () => {
      const { server } = await newServer()
      await put(server, 'f', bytes)
      const got = await server.app.inject({ method: 'GET', url: `${AT}/f`, headers: { host: 'localhost:5000', range } })
      assert.equal(got.statusCode, status)
      if (status === 416) return assert.equal(got.headers['content-range'], 'bytes */1000')
      assert.ok(got.rawPayload.equals(bytes.subarray(first, last + 1)))
      assert.equal(got.headers['content-range'], status === 206 ? `bytes ${first}-${last}/1000` : undefined)
    })
  }

  test('are answered with 304 when nothing changed, and with the whole file when a part of an older one is asked for', async () => {
    const { server } = await newServer()
    await put(server, 'f', bytes)
    const etag = String((await server.call('GET', `${AT}/f`)).headers.etag)
    assert.equal((await server.call('GET', `${AT}/f`, undefined, { 'if-none-match': etag })).status, 304)
    assert.equal((await server.call('GET', `${AT}/f`, undefined, { range: 'bytes=0-1', 'if-range': etag })).status, 206)
    await put(server, 'f', 'changed!')
    assert.equal((await server.call('GET', `${AT}/f`, undefined, { 'if-none-match': etag })).status, 200)
    assert.equal((await server.call('GET', `${AT}/f`, undefined, { range: 'bytes=0-1', 'if-range': etag })).status, 200)
  })

  // BR-09: whatever it is, a browser saves it and runs nothing of it. What the reader asked for has no say.
  for (const [name, type, disposition] of [
    ['page.html', 'text/html', 'attachment; filename=page.html'],
    ['image.svg', 'image/svg+xml', 'attachment; filename=image.svg'],
    ['data.xml', 'text/plain', 'attachment; filename=data.xml'],
    ['notebook.ipynb', 'text/plain', 'attachment; filename=notebook.ipynb'],
    ['notes.md', 'text/plain', 'attachment; filename=notes.md'],
    ['paper.pdf', 'application/pdf', 'attachment; filename=paper.pdf'],
    ['code.js', 'text/plain', 'attachment; filename=code.js'],
    ['b.pkl', 'application/octet-stream', 'attachment; filename=b.pkl'],
    ['c.png', 'image/png', 'attachment; filename=c.png'],
    ['MLmodel', 'text/plain', 'attachment; filename=MLmodel'],
    ['mlproject', 'text/plain', 'attachment; filename=mlproject'],
    ['.html', 'application/octet-stream', 'attachment; filename=.html'],
    ['dog%step%100%timestamp%100%v9622170-caa0-4b9f-bb52-f173214e748e.png', 'image/png', 'attachment; filename=dog%step%100%'],
    ['two words "x".txt', 'text/plain', 'attachment; filename="two words \\"x\\".txt"'],
    ['prüfung.txt', 'text/plain', "attachment; filename=prufung.txt; filename*=UTF-8''pr%C3%BCfung.txt"],
    ['"><img onerror=x>.txt', 'text/plain', 'attachment; filename="\\"><img onerror=x>.txt"'],
  ] as const) {
    test(`of ${name} are saved as ${type}`, async () => {
      const { server } = await newServer()
      const path = encodeURIComponent(name)
      assert.equal((await put(server, path, '<script>alert(1)</script>', { 'content-type': 'text/html' })).status, 200)
      const { headers } = await server.call('GET', `${AT}/${path}`, undefined, { accept: 'text/html' })
      assert.equal(headers['content-type'], type)
      assert.ok(String(headers['content-disposition']).startsWith(disposition), String(headers['content-disposition']))
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['content-security-policy'], 'sandbox')
    })
  }

  test('of what is not there are 404, of a folder 400', async () => {
    const { server } = await newServer()
    await put(server, 'folder/f', 'x')
    assert.equal((await server.call('GET', `${AT}/nothing`)).body.error_code, 'RESOURCE_DOES_NOT_EXIST')
    assert.equal((await server.call('GET', `${AT}/folder/f/below`)).status, 404)
    assert.equal((await server.call('GET', `${AT}/folder`)).status, 400)
  })

  test('that the reader breaks off leave no file open', async () => {
    const { server, root } = await newServer()
    writeFileSync(join(root, 'big'), Buffer.alloc(50_000_000))
    const client = await RawClient.open(await listen(server))
    client.send(`GET ${AT}/big HTTP/1.1\r\nHost: localhost:5000\r\n\r\n`)
    await client.until('200 OK')
    client.socket.destroy()
    await until(() => !openFiles().includes(join(root, 'big')))
  })
})

describe('listings and deletions', () => {
  test('a folder is listed by name, with sizes; what is no folder has nothing in it', async () => {
    const { server } = await newServer()
    for (const path of ['run/b.txt', 'run/a.txt', 'run/dir/c.txt', 'run/é.txt']) await put(server, encodeURI(path), 'abc')
    const files = [
      { path: 'a.txt', is_dir: false, file_size: 3 },
      { path: 'b.txt', is_dir: false, file_size: 3 },
      { path: 'dir', is_dir: true },
      { path: 'é.txt', is_dir: false, file_size: 3 },
    ]
    for (const path of ['run', 'run/']) assert.deepEqual((await server.call('GET', `${AT}?path=${path}`)).body, { files })
    for (const path of ['nothing', 'run/a.txt']) assert.deepEqual((await server.call('GET', `${AT}?path=${path}`)).body, { files: [] })
    assert.deepEqual((await server.call('GET', `${AT}?path=`)).body, { files: [{ path: 'run', is_dir: true }] })
  })

  test('names that nobody could ask for are not listed (PT-34)', async () => {
    const { server, root } = await newServer()
    for (const name of ['a\nb', 'a\\..\\b', '%2e%2e%2fx', 'a#b', 'good']) writeFileSync(join(root, name), 'x')
    assert.deepEqual((await server.call('GET', AT)).body, { files: [{ path: 'good', is_dir: false, file_size: 1 }] })
  })

  test('a file and a folder are deleted, and what is gone is no error', async () => {
    const { server, root } = await newServer()
    await put(server, 'a/b/c', 'x')
    await put(server, 'a/d', 'x')
    for (const path of ['a/d', 'a/b/', 'a/b', 'never/there']) assert.equal((await server.call('DELETE', `${AT}/${path}`)).status, 200, path)
    assert.deepEqual(readdirSync(join(root, 'a')), [])
  })
})

describe('what is switched off or not there', () => {
  test('--no-serve-artifacts answers 503 in words that say so', async () => {
    const { server } = await newServer({ serve_artifacts: false, default_artifact_root: tmpdir() })
    for (const [method, url] of [
      ['GET', AT],
      ['GET', `${AT}/f`],
      ['PUT', `${AT}/f`],
      ['DELETE', `${AT}/f`],
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
      const { server } = await newServer()
      const body = { path: '/data/x.bin', num_parts: 2, upload_id: 'u', parts: [{ part_number: 1, etag: 'e' }] }
      const answer = await server.call(method, `/api/2.0/mlflow-artifacts/${endpoint}`, method === 'POST' ? body : undefined)
      assert.equal(answer.status, 501)
      assert.equal(answer.body.error_code, 'NOT_IMPLEMENTED')
      assert.ok(answer.body.message.startsWith(phrase), answer.text)
    })
  }
})
