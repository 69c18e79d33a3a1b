import { readJson, Unreadable } from '@millrace/formats'
import { RequestProblem } from './request-problem.ts'

const DEPTH_MAX = 32

/** Reads a body of JSON; NaN and Infinity may stand in it, as Python writes them. @throws RequestProblem */
export function parseBody(body: Buffer): unknown {
  const text = body.toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    try {
      return readJson(text, { depth_max: DEPTH_MAX, bytes_max: text.length }).value
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      throw new RequestProblem(`Invalid input. Ensure that input is a valid JSON formatted string. It is not: ${error.message}.`)
    }
  }
}

export type Members = Readonly<Record<string, unknown>>

/** Whether it is an object with members, and no list. */
export const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A member of its own: what every object inherits is none. */
export const memberOf = (value: Members, name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined)
