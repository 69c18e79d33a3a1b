import assert from 'node:assert/strict'
import { existsSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ARTIFACTS, artifactServer, putArtifact, until } from '../testing/artifacts.ts'
import { listen, RawClient } from '../testing/sockets.ts'

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

describe('downloads', () => {
  const bytes = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251))

  test('give back the bytes, of which HEAD tells the length', async () => {
    const { server } = await artifactServer()
    await putArtifact(server, 'a/b.bin', bytes)
    const got = await server.app.inject({ method: 'GET', url: `${ARTIFACTS}/a/b.bin`, headers: { host: 'localhost:5000' } })
    assert.ok(got.rawPayload.equals(bytes))
    const head = await server.call('HEAD', `${ARTIFACTS}/a/b.bin`)
    assert.equal(head.status, 200)
    assert.equal(head.headers['content-length'], '1000')
    assert.equal(head.headers.etag, got.headers.etag)
    assert.equal(head.text, '')
    assert.equal((await server.call('HEAD', `${ARTIFACTS}/nothing`)).status, 404)
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
      const { server } = await artifactServer()
      await putArtifact(server, 'f', bytes)
      const got = await server.app.inject({ method: 'GET', url: `${ARTIFACTS}/f`, headers: { host: 'localhost:5000', range } })
      assert.equal(got.statusCode, status)
      if (status === 416) return assert.equal(got.headers['content-range'], 'bytes */1000')
      assert.ok(got.rawPayload.equals(bytes.subarray(first, last + 1)))
      assert.equal(got.headers['content-range'], status === 206 ? `bytes ${first}-${last}/1000` : undefined)
    })
  }

  test('are answered with 304 when nothing changed, and with the whole file when a part of an older one is asked for', async () => {
    const { server } = await artifactServer()
    await putArtifact(server, 'f', bytes)
    const etag = String((await server.call('GET', `${ARTIFACTS}/f`)).headers.etag)
    assert.equal((await server.call('GET', `${ARTIFACTS}/f`, undefined, { 'if-none-match': etag })).status, 304)
    assert.equal((await server.call('GET', `${ARTIFACTS}/f`, undefined, { range: 'bytes=0-1', 'if-range': etag })).status, 206)
    await putArtifact(server, 'f', 'changed!')
    assert.equal((await server.call('GET', `${ARTIFACTS}/f`, undefined, { 'if-none-match': etag })).status, 200)
    assert.equal((await server.call('GET', `${ARTIFACTS}/f`, undefined, { range: 'bytes=0-1', 'if-range': etag })).status, 200)
  })

  // Whatever it is, a browser saves it and runs nothing of it. What the reader asked for has no say.
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
    test(`BR-09 of ${name} are saved as ${type}`, async () => {
      const { server } = await artifactServer()
      const path = encodeURIComponent(name)
      assert.equal((await putArtifact(server, path, '<script>alert(1)</script>', { 'content-type': 'text/html' })).status, 200)
      const { headers } = await server.call('GET', `${ARTIFACTS}/${path}`, undefined, { accept: 'text/html' })
      assert.equal(headers['content-type'], type)
      assert.ok(String(headers['content-disposition']).startsWith(disposition), String(headers['content-disposition']))
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['content-security-policy'], 'sandbox')
    })
  }

  test('of what is not there are 404, of a folder 400', async () => {
    const { server } = await artifactServer()
    await putArtifact(server, 'folder/f', 'x')
    assert.equal((await server.call('GET', `${ARTIFACTS}/nothing`)).body.error_code, 'RESOURCE_DOES_NOT_EXIST')
    assert.equal((await server.call('GET', `${ARTIFACTS}/folder/f/below`)).status, 404)
    assert.equal((await server.call('GET', `${ARTIFACTS}/folder`)).status, 400)
  })

  test('that the reader breaks off leave no file open', async () => {
    const { server, root } = await artifactServer()
    writeFileSync(join(root, 'big'), Buffer.alloc(50_000_000))
    const client = await RawClient.open(await listen(server))
    client.send(`GET ${ARTIFACTS}/big HTTP/1.1\r\nHost: localhost:5000\r\n\r\n`)
    await client.until('200 OK')
    client.socket.destroy()
    await until(() => !openFiles().includes(join(root, 'big')))
  })
})
