const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))])

/** A field of protobuf with bytes. */
export function field(number: number, value: Buffer | string): Buffer {
  const content = Buffer.from(value)
  return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(content.length)]), content])
}

/** A field of protobuf with a number. */
export const numberField = (number: number, value: number): Buffer => Buffer.from([...varint(number << 3), ...varint(value)])
