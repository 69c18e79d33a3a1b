import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

/** An answer as it passed: what was asked, the status, and the body as text. */
export type Passed = { readonly method: string; readonly path: string; readonly status: number; readonly body: string }

export type Recorder = { readonly url: string; close(): Promise<void> }

/** Stands before a server and shows every answer to `see`. It changes nothing but the Host header, which would name this proxy. */
export async function recordAnswers(target: string, see: (passed: Passed) => void): Promise<Recorder> {
  const { host, hostname, port } = new URL(target)
  const pass = (asked: IncomingMessage, answer: ServerResponse): void => {
    const { method = 'GET', url: path = '/', headers } = asked
    const onward = request({ hostname, port, method, path, headers: { ...headers, host } }, (got) => {
      const parts: Buffer[] = []
      got.on('data', (part: Buffer) => parts.push(part))
      got.on('end', () => {
        const body = Buffer.concat(parts)
        see({ method, path, status: got.statusCode ?? 0, body: body.toString('utf8') })
        answer.writeHead(got.statusCode ?? 502, got.headers)
        answer.end(body)
      })
    })
    // What is not HTTP any more by the time it is here is the sender's affair: there is nothing to see in it.
    onward.on('error', () => answer.destroy())
    asked.pipe(onward)
  }
  const server = createServer({ insecureHTTPParser: true }, (asked, answer) => {
    try {
      pass(asked, answer)
    } catch {
      answer.destroy()
    }
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
