import { SignatureProblem } from './problem.ts'

/** An object that was read from JSON, of which nothing is known yet. */
export type Unchecked = { readonly [name: string]: unknown }

/** JSON as an object. @throws SignatureProblem */
export function parseObject(text: string, what: string): Unchecked {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new SignatureProblem(`${what} is no JSON: ${(error as Error).message}`)
  }
  return objectIn(value, what)
}

/** @throws SignatureProblem when it is no object */
export function objectIn(value: unknown, what: string): Unchecked {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Unchecked
  throw new SignatureProblem(`${what} is no JSON object.`)
}

/** @throws SignatureProblem when it is no text */
export function textIn(value: unknown, what: string): string {
  if (typeof value === 'string') return value
  throw new SignatureProblem(`${what} is no text.`)
}

/** @throws SignatureProblem when it is no list */
export function listIn(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new SignatureProblem(`${what} is no list.`)
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/

/** Bytes that are written in base64. @throws SignatureProblem */
export function bytesIn(value: unknown, what: string): Buffer {
  const text = textIn(value, what)
  if (BASE64.test(text)) return Buffer.from(text, 'base64')
  throw new SignatureProblem(`${what} is no base64.`)
}
