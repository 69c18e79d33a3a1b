import { Unreadable } from '../unreadable.ts'

/** A field of a message of protobuf: a number, or bytes. */
export type Field = {
  readonly number: number
  readonly varint: number
  readonly bytes: Buffer | undefined
  /** Where it begins in the message; it ends where the next one begins. */
  readonly start: number
}

/** The fields of a message, one after the other, none decoded further. @throws Unreadable */
export function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0
  const varint = (): number => {
    let value = 0
    let scale = 1
    for (let count = 0; count < 10; count++) {
      const byte = message[at++]
      if (byte === undefined) throw new Unreadable('a number ends in the middle', at)
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    throw new Unreadable('a number does not end', at)
  }
  while (at < message.length) {
    const start = at
    const tag = varint()
    const number = Math.floor(tag / 8)
    const type = tag % 8
    if (number === 0) throw new Unreadable('a field has no number', at)
    if (type === 0) yield { number, varint: varint(), bytes: undefined, start }
    else {
      const length = type === 2 ? varint() : type === 5 ? 4 : type === 1 ? 8 : -1
      if (length < 0 || at + length > message.length) throw new Unreadable('a field ends in the middle', at)
      const bytes = message.subarray(at, at + length)
      at += length
      yield { number, varint: 0, bytes: type === 2 ? bytes : undefined, start }
    }
  }
}

/** The numbers of a message's fields; undefined when it is none. */
export function fieldNumbers(message: Buffer): Set<number> | undefined {
  const found = new Set<number>()
  try {
    for (const { number } of fieldsOf(message)) found.add(number)
    return found
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

/** The text of a field. */
export const textOf = ({ bytes }: Field): string => bytes?.toString('utf8') ?? ''
