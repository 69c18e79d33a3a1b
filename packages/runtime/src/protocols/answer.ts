import type { Prediction } from '../backend.ts'

/** What is sent back. */
export type Answer = {
  readonly status: number
  readonly type: string
  readonly body: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
  /** What was predicted for it, for those who compare versions. */
  readonly prediction?: Prediction
}

const JSON_TYPE = 'application/json'

export const json = (value: unknown, status = 200): Answer => ({ status, type: JSON_TYPE, body: JSON.stringify(value) })

/** An answer made of a prediction. */
export const jsonOf = (prediction: Prediction, value: unknown): Answer => ({ ...OK, body: JSON.stringify(value), prediction })
const OK = { status: 200, type: JSON_TYPE }

export const text = (body: string, status = 200, type = 'text/plain; charset=utf-8'): Answer => ({ status, type, body })
