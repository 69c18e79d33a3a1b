import assert from 'node:assert/strict'
import type { Answer, TestServer } from './server.ts'

/** What a browser sends that opens an address, or sends a form. */
export const PAGE = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
/** What it sends with a form. */
export const FORM = { ...PAGE, 'content-type': 'application/x-www-form-urlencoded', origin: 'http://localhost:5000' }
/** What it sends from a script of a page. */
export const SCRIPT = {
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  origin: 'http://localhost:5000',
}

/** A browser without a window: it keeps cookies. */
export class Jar {
  readonly cookies = new Map<string, string>()
  readonly #server: TestServer

  constructor(server: TestServer) {
    this.#server = server
  }

  /** Calls with the cookies, and keeps those that come. */
  async call(method: string, url: string, payload?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await this.#server.call(method, url, payload, { ...(cookie !== '' && { cookie }), ...headers })
    for (const line of [answer.headers['set-cookie'] ?? []].flat() as string[]) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return answer
  }

  /** Sends a form. */
  post(url: string, fields: Record<string, string>, headers: Record<string, string> = FORM): Promise<Answer> {
    return this.call('POST', url, Buffer.from(new URLSearchParams(fields).toString()), headers)
  }

  /** Opens the login page and sends its form. */
  async signIn(username: string, password: string, next = ''): Promise<Answer> {
    const form = await this.call('GET', `/login?next=${encodeURIComponent(next)}`, undefined, PAGE)
    assert.equal(form.status, 200, form.text)
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(form.text)?.[1] ?? ''
    return this.post('/login', { csrf_token: field('csrf_token'), next: field('next'), username, password })
  }

  /** What a page sends with requests that change something. */
  async csrf(): Promise<string> {
    return (await this.call('GET', '/api/2.0/millrace/sessions/current', undefined, SCRIPT)).body.csrf_token
  }
}
