import net from 'node:net'

/** Below those that systems give to connections, and to who asks for any (from 32768 on Linux, from 49152 elsewhere). */
const [FIRST, LAST] = [12_000, 32_000]

/**
 * A TCP port of the loopback address that is free, and that nobody else is given before it is used: whoever starts a server a moment later
 * would find one of the system's own choice taken by some connection now and then.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST))
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
