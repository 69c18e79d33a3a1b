/**
 * What a scan has to say of a case. `found`: anything but clean. `clean`: nothing above
 * informational.
 */
export type Expected = 'malicious' | 'suspicious' | 'found' | 'not looked at' | 'clean'

/** A file of the corpus, written byte by byte: nothing of it was made by the code that it imitates. */
export type Case = {
  /** Its path in the corpus. */
  readonly name: string
  readonly bytes: Buffer
  readonly expected: Expected
  /** A rule that must be among the findings, where it matters which. */
  readonly rule?: string
}

/** Text in Latin-1 as bytes: each character is one. */
export const raw = (text: string): Buffer => Buffer.from(text, 'latin1')

/** Numbers, little-endian. */
export function uint(value: number | bigint, bytes: 1 | 2 | 4 | 8): Buffer {
  const made = Buffer.alloc(8)
  made.writeBigUInt64LE(BigInt(value))
  return made.subarray(0, bytes)
}
