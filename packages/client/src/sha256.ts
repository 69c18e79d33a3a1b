// WebCrypto digests only what is in memory as a whole, and an artifact may be larger: FIPS 180-4, a piece at a time.

const BLOCK_BYTES = 64
const K = /* @__PURE__ */ constants()

/** The first 32 bits of the fractions of the cube roots of the first 64 primes. */
function constants(): Int32Array {
  const out = new Int32Array(64)
  for (let candidate = 2, at = 0; at < 64; candidate++) {
    let prime = true
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) prime = false
    if (prime) out[at++] = fraction(candidate)
  }
  return out
}

/** Exact, by whole numbers: the digits of a float's cube root would do, but not on every machine's `Math.cbrt`. */
function fraction(prime: number): number {
  const shifted = BigInt(prime) << 96n
  let low = 0n
  let high = 1n << 36n
  while (high - low > 1n) {
    const middle = (low + high) >> 1n
    if (middle ** 3n <= shifted) low = middle
    else high = middle
  }
  return Number(BigInt.asIntN(32, low))
}

/** SHA-256 of bytes that come in pieces. */
export class Sha256 {
  readonly #state = new Int32Array([0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19])
  readonly #words = new Int32Array(64)
  readonly #block = new Uint8Array(BLOCK_BYTES)
  #filled = 0
  #length_bytes = 0

  update(bytes: Uint8Array): this {
    this.#length_bytes += bytes.length
    let at = 0
    if (this.#filled > 0) {
      at = Math.min(BLOCK_BYTES - this.#filled, bytes.length)
      this.#block.set(bytes.subarray(0, at), this.#filled)
      this.#filled += at
      if (this.#filled < BLOCK_BYTES) return this
      this.#take(this.#block, 0)
    }
    for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) this.#take(bytes, at)
    this.#block.set(bytes.subarray(at))
    this.#filled = bytes.length - at
    return this
  }

  /** The digest in hexadecimal digits; nothing can be added after it. */
  hex(): string {
    const length_bytes = this.#length_bytes
    const end = new Uint8Array((this.#filled < 56 ? 56 : 120) - this.#filled + 8)
    end[0] = 0x80
    new DataView(end.buffer).setBigUint64(end.length - 8, BigInt(length_bytes) * 8n)
    this.update(end)
    return [...this.#state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
  }

  #take(bytes: Uint8Array, from: number): void {
    const w = this.#words
    for (let i = 0, at = from; i < 16; i++, at += 4) {
      w[i] =
        ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)
    }
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15] as number
      const y = w[i - 2] as number
      const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)
      const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10)
      w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0
    }
    const state = this.#state
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
    for (let i = 0; i < 64; i++) {
      const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K[i] as number) + (w[i] as number)) | 0
      const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    const added = [a, b, c, d, e, f, g, h]
    for (let i = 0; i < 8; i++) state[i] = (state[i] as number) + (added[i] as number)
  }
}

const turn = (word: number, by: number): number => (word >>> by) | (word << (32 - by))
