import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, createServer as createSocketServer } from 'node:net'
import { after, describe, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { newAuthority } from '../testing/certificate.ts'
import { post, Refused } from './index.ts'
import { isPublicAddress } from './public-address.ts'

const message = { headers: {}, body: '{}' }
const closing: (() => void)[] = []
after(() => {
  for (const close of closing) close()
})

async function receiver(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('calls to addresses that somebody else chose', () => {
  test('SS-03: only globally reachable unicast addresses are public', () => {
    for (const address of NOT_PUBLIC) assert.equal(isPublicAddress(address), false, address)
    for (const address of ['1.1.1.1', '192.0.1.1', '223.255.255.254', '2606:4700::1111', '2a00:1450::1']) {
      assert.equal(isPublicAddress(address), true, address)
    }
  })

  test('SS-03: each of them is refused as a literal and behind a name, before anything is connected', async () => {
    for (const address of NOT_PUBLIC) {
      if (!address.includes('%')) {
        const url = `https://${address.includes(':') ? `[${address}]` : address}/`
        await assert.rejects(post({ ...message, url, allowed_hosts: [] }), Refused, address)
      }
      const named = post({ ...message, url: 'https://example.com/', allowed_hosts: [], resolve: async () => ['1.1.1.1', address] })
      await assert.rejects(named, Refused, address)
    }
  })

  test('SS-01: a redirect is not followed, and is what came back', async () => {
    let inner = 0
    const target = await receiver((_, response) => {
      inner++
      response.end('secret')
    })
    for (const status of [301, 302, 303, 307, 308]) {
      const host = await receiver((_, response) => response.writeHead(status, { location: `http://${target}/` }).end())
      assert.equal((await post({ ...message, url: `http://${host}/`, allowed_hosts: [host, target] })).status, status)
    }
    assert.equal(inner, 0)
  })

  test('SS-01: the host of another port is not allowed by the allowed one', async () => {
    const host = await receiver((_, response) => response.end())
    await assert.rejects(post({ ...message, url: `http://${host}/`, allowed_hosts: ['127.0.0.1:1'] }), Refused)
    assert.equal((await post({ ...message, url: `http://${host}/`, allowed_hosts: ['127.0.0.1'] })).status, 200)
  })

  test('SS-02: a name is asked for once, and where the connection ended up is what counts', async () => {
    let inner = 0
    const port = Number((await receiver((_, response) => response.end(String(inner++)))).split(':')[1])
    let asked = 0
    const resolve = async (): Promise<string[]> => (asked++ === 0 ? ['1.1.1.1'] : ['127.0.0.1'])
    const dialled: string[] = []
    const open = (address: string) => {
      dialled.push(address)
      return connect({ host: '127.0.0.1', port })
    }
    const sent = post({ ...message, url: 'http://rebinding.example/', allowed_hosts: [], resolve, open })
    await assert.rejects(sent, (error) => error instanceof Refused && /leads to 127\.0\.0\.1/.test(error.message))
    assert.deepEqual([asked, dialled, inner], [1, ['1.1.1.1'], 0])
    const again = post({ ...message, url: 'http://rebinding.example/', allowed_hosts: [], resolve, open })
    await assert.rejects(again, /has the address 127\.0\.0\.1/)
    assert.equal(dialled.length, 1)
    const allowed = { ...message, url: 'http://rebinding.example/', allowed_hosts: ['rebinding.example'], resolve, open }
    assert.equal((await post(allowed)).status, 200)
    assert.equal(inner, 1)
  })

  test('a receiver with TLS needs a certificate that is trusted, its own, and of today; what is wrong is said', async () => {
    const authority = newAuthority('An authority of this test')
    const yesterday = { from_ms: Date.now() - 2 * 86_400_000, until_ms: Date.now() - 86_400_000 }
    let taken = 0
    const secured = async (issued: { cert: string; key: string }): Promise<string> => {
      const server = createTlsServer(issued, (_, response) => response.end(String(taken++)))
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
      closing.push(() => server.close())
      return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
    }
    const send = async (url: string): Promise<number> => (await post({ ...message, url, allowed_hosts: ['127.0.0.1'] })).status
    const good = await secured(authority.issue('127.0.0.1'))
    await assert.rejects(send(good), /certificate of '127\.0\.0\.1' is not trusted .* NODE_EXTRA_CA_CERTS/)
    const before = getCACertificates('default')
    setDefaultCACertificates([...before, authority.certificate])
    try {
      assert.equal(await send(good), 200)
      await assert.rejects(send(await secured(authority.issue('other.example'))), /does not hold: .*IP/)
      await assert.rejects(send(await secured(authority.issue('127.0.0.1', yesterday))), /does not hold: .*expired/)
    } finally {
      setDefaultCACertificates(before)
    }
    assert.equal(taken, 1)
  })

  test('SS-10: a proxy in the environment is not used', async () => {
    let asked = 0
    const proxy = await receiver((_, response) => {
      asked++
      response.end()
    })
    const host = await receiver((_, response) => response.writeHead(201).end())
    const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY']
    for (const name of names) process.env[name] = `http://${proxy}`
    try {
      assert.equal((await post({ ...message, url: `http://${host}/`, allowed_hosts: [host] })).status, 201)
    } finally {
      for (const name of names) delete process.env[name]
    }
    assert.equal(asked, 0)
  })

  test('DO-11: a receiver that never answers, or drips its head, is left after the time', async () => {
    const silent = await receiver(() => {})
    const dripping = createSocketServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx: ')
      const timer = setInterval(() => socket.write('y'), 20)
      socket.on('close', () => clearInterval(timer))
      socket.on('error', () => {})
    })
    await new Promise<void>((done) => dripping.listen(0, '127.0.0.1', done))
    closing.push(() => dripping.close())
    for (const host of [silent, `127.0.0.1:${(dripping.address() as AddressInfo).port}`]) {
      const began = Date.now()
      await assert.rejects(post({ ...message, url: `http://${host}/`, allowed_hosts: [host], timeout_ms: 300 }), /no answer within/)
      // The one would wait, the other drip for ever.
      assert.ok(Date.now() - began < 30_000)
    }
  })

  test('DO-11: of an answer without end only a little is taken', async () => {
    let sent = 0
    const host = await receiver((_, response) => {
      const chunk = Buffer.alloc(65_536)
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    })
    assert.equal((await post({ ...message, url: `http://${host}/`, allowed_hosts: [host] })).status, 200)
    assert.ok(sent < 64 * 2 ** 20)
  })
})

const NOT_PUBLIC = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '100.100.100.200',
  '127.0.0.1',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.169.254',
  '172.31.255.255',
  '192.0.0.192',
  '192.168.1.1',
  '198.18.0.1',
  '198.19.255.255',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  '64:ff9b:1::7f00:1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%lo',
  'ff02::1',
  'ff0e::1',
]
