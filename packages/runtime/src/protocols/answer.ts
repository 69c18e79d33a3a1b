/** What is sent back. */
export type Answer = {
  readonly status: number
  readonly type: string
  readonly body: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

const JSON_TYPE = 'application/json'

export const json = (value: unknown, status = 200): Answer => ({ status, type: JSON_TYPE, body: JSON.stringify(value) })

export const text = (body: string, status = 200, type = 'text/plain; charset=utf-8'): Answer => ({ status, type, body })
