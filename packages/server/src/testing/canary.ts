import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What no answer may hold. */
export const SECRET = 'canary-7f3a91-secret'

export type Canary = {
  /** Holds `root`, the artifact root, beside files that must neither be read nor changed. */
  readonly dir: string
  readonly root: string
  /** Everything outside of the root, as it was at the start. @throws when something was changed, added or removed */
  check(): void
  remove(): void
}

/** A folder with an artifact root in it, and around the root what an attacker would reach for. */
export function makeCanary(): Canary {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-canary-'))
  const root = join(dir, 'root')
  mkdirSync(join(dir, 'outside', 'deep'), { recursive: true })
  mkdirSync(root)
  for (const name of ['passwd', 'x', 'outside/passwd', 'outside/deep/passwd']) writeFileSync(join(dir, name), SECRET)
  const snapshot = (): string =>
    JSON.stringify(
      readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((one) => !join(one.parentPath, one.name).startsWith(root))
        .map((one) => [join(one.parentPath, one.name), one.isFile() ? readFileSync(join(one.parentPath, one.name), 'utf8') : ''])
        .sort(),
    )
  const before = snapshot()
  return {
    dir,
    root,
    check() {
      const after = snapshot()
      if (after !== before) throw new Error(`something outside of the artifact root was changed:\n${before}\n${after}`)
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

/** Sends a request with the path as it is: no client in between that would tidy it up. */
export function sendPath(
  port: number,
  method: string,
  path: string,
  body = '',
  type = 'application/json',
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { host: `127.0.0.1:${port}`, 'content-type': type, 'content-length': Buffer.byteLength(body) }
    const request = http.request(
      { host: '127.0.0.1', port, method, path, headers: body === '' ? { host: headers.host } : headers },
      (answer) => {
        let text = ''
        answer.on('data', (chunk) => {
          text += chunk.toString('latin1')
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}
