import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { MillraceClient } from './client.ts'

/** A server that answers as told, for what a healthy Millrace does not do. */
async function against(listener: RequestListener, work: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

describe('a client of a busy server', () => {
  const ask = { experiment_id: '1' }
  for (const busy of [429, 503]) {
    test(`asks again after ${busy}, as long as Retry-After says`, async () => {
      let asked = 0
      const listener: RequestListener = (_request, response) => {
        if (++asked < 3) response.writeHead(busy, { 'retry-after': '0' }).end('{"error_code":"TEMPORARILY_UNAVAILABLE","message":"busy"}')
        else response.end('{"experiment":{}}')
      }
      await against(listener, async (url) => {
        assert.deepEqual(await new MillraceClient({ url }).experiments.get(ask), { experiment: {} })
      })
      assert.equal(asked, 3)
    })
  }

  test('gives up after the last try, with the error of the server', async () => {
    let asked = 0
    const listener: RequestListener = (_request, response) => {
      asked++
      response.writeHead(503, { 'retry-after': '0' }).end('{"error_code":"TEMPORARILY_UNAVAILABLE","message":"busy"}')
    }
    await against(listener, async (url) => {
      const client = new MillraceClient({ url, tries_max: 2 })
      await assert.rejects(client.experiments.get(ask), { code: 'TEMPORARILY_UNAVAILABLE' })
    })
    assert.equal(asked, 2)
  })

  test('does not send what writes a second time, unless told that it may', async () => {
    let asked = 0
    const listener: RequestListener = (_request, response) => {
      asked++
      response.writeHead(503, { 'retry-after': '0' }).end('busy')
    }
    await against(listener, async (url) => {
      const client = new MillraceClient({ url, tries_max: 3 })
      await assert.rejects(client.experiments.create({ name: 'x' }), { code: 'HTTP_503', message: 'busy' })
      assert.equal(asked, 1)
      await assert.rejects(client.experiments.create({ name: 'x' }, { repeatable: true }), { code: 'HTTP_503' })
    })
    assert.equal(asked, 4)
  })

  test('sends again what changes nothing the second time, and anything that was refused before it was done', async () => {
    const asked: string[] = []
    const listener: RequestListener = (request, response) => {
      const first = !asked.includes(String(request.url))
      asked.push(String(request.url))
      const status = request.url?.endsWith('create') ? 429 : 502
      if (first) response.writeHead(status, { 'retry-after': new Date().toUTCString() }).end()
      else response.end('{}')
    }
    await against(listener, async (url) => {
      const client = new MillraceClient({ url })
      await client.runs.logBatch({ run_id: '1' })
      await client.experiments.create({ name: 'x' })
    })
    assert.deepEqual(
      asked.map((url) => url.split('/').at(-1)),
      ['log-batch', 'log-batch', 'create', 'create'],
    )
  })

  test('tries again when the connection breaks', async () => {
    let asked = 0
    const listener: RequestListener = (request, response) => {
      if (++asked < 3) request.socket.destroy()
      else response.end('{"experiment":{}}')
    }
    await against(listener, async (url) => {
      assert.deepEqual(await new MillraceClient({ url }).experiments.get(ask), { experiment: {} })
    })
  })

  test('ends when a server names the same page again and again', async () => {
    await against(
      (_request, response) => response.end('{"runs":[],"next_page_token":"again"}'),
      async (url) => {
        await assert.rejects(new MillraceClient({ url }).runs.search({}).all(), /the same next page twice/)
      },
    )
  })

  test('stops waiting when its signal is aborted', async () => {
    const gone = new AbortController()
    const listener: RequestListener = (_request, response) => {
      response.writeHead(503, { 'retry-after': '9' }).end()
      setTimeout(() => gone.abort(new Error('enough')), 20)
    }
    await against(listener, async (url) => {
      await assert.rejects(new MillraceClient({ url }).experiments.get(ask, { signal: gone.signal }), /enough/)
    })
  })

  test('takes an answer without a body for an empty one', async () => {
    const listener: RequestListener = (_request, response) => void response.writeHead(204).end()
    await against(listener, async (url) => {
      assert.deepEqual(await new MillraceClient({ url }).workspaces.delete({ workspace_name: 'team-z' }), {})
    })
  })

  test('sends its token and its headers', async () => {
    let headers: NodeJS.Dict<string | string[]> = {}
    const listener: RequestListener = (request, response) => {
      headers = request.headers
      response.end('{}')
    }
    await against(listener, async (url) => {
      await new MillraceClient({ url, token: 'secret', headers: { 'x-team': 'risk' } }).experiments.get(ask)
    })
    assert.deepEqual([headers.authorization, headers['x-team']], ['Bearer secret', 'risk'])
    await against(listener, async (url) => {
      await new MillraceClient({ url, username: 'ann', password: 'pä:ss', token: 'other', workspace: 'risk' }).experiments.get(ask)
    })
    const basic = `Basic ${Buffer.from('ann:pä:ss').toString('base64')}`
    assert.deepEqual([headers.authorization, headers['x-mlflow-workspace']], [basic, 'risk'])
  })

  test('sends a login that stands in the address, and tells the address without it', async () => {
    let authorization: string | undefined
    const listener: RequestListener = (request, response) => {
      authorization = request.headers.authorization
      response.end('{}')
    }
    const basic = (login: string) => `Basic ${Buffer.from(login).toString('base64')}`
    await against(listener, async (url) => {
      const at = (login: string) => url.replace('//', `//${login}@`)
      const client = new MillraceClient({ url: at('ann:p%C3%A4:ss%2F'), username: undefined, password: undefined })
      await client.experiments.get(ask)
      assert.deepEqual([authorization, client.options.url], [basic('ann:pä:ss/'), url])
      await new MillraceClient({ url: at('ann:100%') }).experiments.get(ask)
      assert.equal(authorization, basic('ann:100%'))
      await new MillraceClient({ url: at('ann:one'), token: 'other' }).experiments.get(ask)
      assert.equal(authorization, 'Bearer other')
      await new MillraceClient({ url: at('ann:one'), username: 'bob', password: 'two' }).experiments.get(ask)
      assert.equal(authorization, basic('bob:two'))
    })
  })
})
