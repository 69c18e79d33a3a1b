// The connection to PostgreSQL is encrypted, and to the right server, as its URI asks for: played with a real server and real certificates.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { newAuthority } from '../packages/server/src/testing/certificate.ts'
import { startPostgres, type TestPostgres } from '../tools/test/postgres.ts'

const MILLRACE = join(import.meta.dirname, '..', 'millrace')

describe('sslmode of a PostgreSQL URI', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-tls-'))
  const [ours, foreign] = [newAuthority('ours'), newAuthority('foreign')]
  let encrypting: TestPostgres
  let plain: TestPostgres
  before(async () => {
    writeFileSync(join(dir, 'ours.pem'), ours.certificate)
    writeFileSync(join(dir, 'foreign.pem'), foreign.certificate)
    encrypting = await startPostgres({ tls: ours.issue('localhost') })
    plain = await startPostgres()
  })
  after(async () => {
    await encrypting?.stop()
    await plain?.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  /** Asks `millrace db upgrade` to connect; `host` is how the URI names the server. */
  function connect(server: TestPostgres, host: string, query: string): { status: number | null; said: string } {
    const uri = server.uri.replace('millrace:millrace@', 'millrace@').replace('127.0.0.1', host)
    const env = { ...process.env, MILLRACE_DB_PASSWORD: 'millrace' }
    const ran = spawnSync(MILLRACE, ['db', 'upgrade', '--backend-store-uri', `${uri}?${query}`], { env, encoding: 'utf8' })
    return { status: ran.status, said: ran.stdout + ran.stderr }
  }
  const root = (name: string): string => `sslrootcert=${encodeURIComponent(join(dir, `${name}.pem`))}`

  const CASES: readonly [what: string, tls: boolean, host: string, query: () => string, connects: boolean][] = [
    ['require encrypts', true, 'localhost', () => 'sslmode=require', true],
    ['require refuses a server that does not encrypt', false, 'localhost', () => 'sslmode=require', false],
    ['require with roots refuses a foreign authority', true, 'localhost', () => `sslmode=require&${root('foreign')}`, false],
    ['verify-ca takes our authority under any name', true, '127.0.0.1', () => `sslmode=verify-ca&${root('ours')}`, true],
    ['verify-ca refuses a foreign authority', true, 'localhost', () => `sslmode=verify-ca&${root('foreign')}`, false],
    ['verify-full takes our authority under its name', true, 'localhost', () => `sslmode=verify-full&${root('ours')}`, true],
    ['verify-full refuses another name', true, '127.0.0.1', () => `sslmode=verify-full&${root('ours')}`, false],
    ['verify-full refuses what the system does not know', true, 'localhost', () => 'sslmode=verify-full', false],
  ]
  for (const [what, tls, host, query, connects] of CASES) {
    test(what, () => {
      const { status, said } = connect(tls ? encrypting : plain, host, query())
      assert.equal(status === 0, connects, said)
      assert.ok(!said.includes('    at '), `a person is told what to do, not where the code is: ${said}`)
    })
  }
})
