import { Broken, type Output } from './unpacked.ts'

const HALF = 1024
const STATES = 12
const MATCH_MIN = 2
const END_MARK = 0xffffffff
const probabilities = (length: number): Uint16Array => new Uint16Array(length).fill(HALF)

/** Lengths of matches: short ones depend on the place, long ones don't. */
class Lengths {
  readonly choice = probabilities(2)
  readonly low = probabilities(16 << 3)
  readonly middle = probabilities(16 << 3)
  readonly high = probabilities(256)
}

/** How many bits of context literals and places have. @throws Broken */
export function propertiesIn(byte: number): { lc: number; lp: number; pb: number } {
  if (byte >= 9 * 5 * 5) throw new Broken('its properties are none')
  return { lc: byte % 9, lp: Math.floor(byte / 9) % 5, pb: Math.floor(byte / 45) }
}

/** A decoder of LZMA's own stream, as LZMA alone, LZMA2 and zips hold it. What it wrote is its dictionary. */
export class LzmaDecoder {
  readonly #output: Output
  #input: Uint8Array = new Uint8Array(0)
  #at = 0
  #end = 0
  #range = 0
  #code = 0
  #lc = 0
  #place_mask = 0
  #literal_mask = 0
  #state = 0
  #distances: [number, number, number, number] = [0, 0, 0, 0]
  #literals = probabilities(0)
  #is_match = probabilities(STATES << 4)
  #is_repeat = probabilities(STATES)
  #is_first = probabilities(STATES)
  #is_second = probabilities(STATES)
  #is_third = probabilities(STATES)
  #is_long = probabilities(STATES << 4)
  #slots = probabilities(4 << 6)
  #special = probabilities(128)
  #align = probabilities(16)
  #match_lengths = new Lengths()
  #repeat_lengths = new Lengths()
  /** Where the dictionary begins. */
  #base = 0

  constructor(output: Output) {
    this.#output = output
    this.#base = output.length
  }

  /** Forgets what was written before. */
  forget(): void {
    this.#base = this.#output.length
  }

  /** Begins anew, with these properties where they are told. */
  reset(properties?: { lc: number; lp: number; pb: number }): void {
    if (properties) {
      this.#lc = properties.lc
      this.#literal_mask = (1 << properties.lp) - 1
      this.#place_mask = (1 << properties.pb) - 1
      this.#literals = probabilities(0x300 << (properties.lc + properties.lp))
    } else this.#literals.fill(HALF)
    for (const some of [this.#is_match, this.#is_repeat, this.#is_first, this.#is_second, this.#is_third, this.#is_long]) some.fill(HALF)
    for (const some of [this.#slots, this.#special, this.#align]) some.fill(HALF)
    this.#match_lengths = new Lengths()
    this.#repeat_lengths = new Lengths()
    this.#state = 0
    this.#distances = [0, 0, 0, 0]
  }

  /** Decodes one stretch of input until so much is written, or its end is marked. Gives how much of the input was read. @throws Broken */
  decode(input: Uint8Array, until: number): number {
    this.#input = input
    this.#end = input.length
    if (input.length < 5) throw new Broken('it is cut off')
    if (input[0] !== 0) throw new Broken('it is damaged')
    this.#range = END_MARK
    this.#code = (((input[1] as number) << 24) | ((input[2] as number) << 16) | ((input[3] as number) << 8) | (input[4] as number)) >>> 0
    this.#at = 5
    const output = this.#output
    while (output.length < until) {
      const place = (output.length - this.#base) & this.#place_mask
      if (this.#bit(this.#is_match, (this.#state << 4) + place) === 0) this.#literal()
      else {
        const length = this.#bit(this.#is_repeat, this.#state) === 0 ? this.#match(place) : this.#again(place)
        if (length === 0) break
        const distance = this.#distances[0] + 1
        if (distance > output.length - this.#base) throw new Broken('it repeats what was never there')
        output.repeat(distance, Math.min(length, until - output.length))
      }
    }
    // The last byte is read only when the next bit is asked for.
    if (this.#range < 0x1000000 && this.#at < this.#end) this.#normalize()
    return this.#at
  }

  #normalize(): void {
    if (this.#at >= this.#end) throw new Broken('it is cut off')
    this.#range = (this.#range << 8) >>> 0
    this.#code = ((this.#code << 8) | (this.#input[this.#at++] as number)) >>> 0
  }

  #bit(model: Uint16Array, index: number): number {
    if (this.#range < 0x1000000) this.#normalize()
    const chance = model[index] as number
    const bound = (this.#range >>> 11) * chance
    if (this.#code < bound) {
      this.#range = bound
      model[index] = chance + ((2048 - chance) >>> 5)
      return 0
    }
    this.#range -= bound
    this.#code -= bound
    model[index] = chance - (chance >>> 5)
    return 1
  }

  #tree(model: Uint16Array, from: number, bits: number): number {
    let symbol = 1
    for (let left = bits; left > 0; left--) symbol = (symbol << 1) | this.#bit(model, from + symbol)
    return symbol - (1 << bits)
  }

  #reverseTree(model: Uint16Array, from: number, bits: number): number {
    let symbol = 1
    let value = 0
    for (let at = 0; at < bits; at++) {
      const bit = this.#bit(model, from + symbol)
      symbol = (symbol << 1) | bit
      value |= bit << at
    }
    return value
  }

  #direct(bits: number): number {
    let value = 0
    for (let left = bits; left > 0; left--) {
      if (this.#range < 0x1000000) this.#normalize()
      this.#range >>>= 1
      const bit = this.#code >= this.#range ? 1 : 0
      if (bit) this.#code -= this.#range
      value = value * 2 + bit
    }
    return value
  }

  #literal(): void {
    const output = this.#output
    const written = output.length - this.#base
    const before = written > 0 ? (output.bytes[output.length - 1] as number) : 0
    const from = 0x300 * (((written & this.#literal_mask) << this.#lc) + (before >>> (8 - this.#lc)))
    let symbol = 1
    if (this.#state >= 7) {
      const distance = this.#distances[0] + 1
      if (distance > written) throw new Broken('it repeats what was never there')
      let like = output.bytes[output.length - distance] as number
      while (symbol < 0x100) {
        const expected = (like >>> 7) & 1
        like <<= 1
        const bit = this.#bit(this.#literals, from + ((1 + expected) << 8) + symbol)
        symbol = (symbol << 1) | bit
        if (bit !== expected) break
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(this.#literals, from + symbol)
    output.push(symbol & 0xff)
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6
  }

  #length(lengths: Lengths, place: number): number {
    if (this.#bit(lengths.choice, 0) === 0) return MATCH_MIN + this.#tree(lengths.low, place << 3, 3)
    if (this.#bit(lengths.choice, 1) === 0) return MATCH_MIN + 8 + this.#tree(lengths.middle, place << 3, 3)
    return MATCH_MIN + 16 + this.#tree(lengths.high, 0, 8)
  }

  /** A match at a distance of its own; 0 at the end of the stream. */
  #match(place: number): number {
    const [first, second, third] = this.#distances
    const length = this.#length(this.#match_lengths, place)
    this.#state = this.#state < 7 ? 7 : 10
    const slot = this.#tree(this.#slots, Math.min(length - MATCH_MIN, 3) << 6, 6)
    let distance = slot
    if (slot >= 4) {
      const bits = (slot >>> 1) - 1
      distance = (2 | (slot & 1)) * 2 ** bits
      if (slot < 14) distance += this.#reverseTree(this.#special, distance - slot, bits)
      else distance += this.#direct(bits - 4) * 16 + this.#reverseTree(this.#align, 0, 4)
    }
    if (distance === END_MARK) return 0
    this.#distances = [distance, first, second, third]
    return length
  }

  /** A match at one of the last four distances. */
  #again(place: number): number {
    const [first, second, third, fourth] = this.#distances
    const state = this.#state
    if (this.#bit(this.#is_first, state) === 0) {
      if (this.#bit(this.#is_long, (state << 4) + place) === 0) {
        this.#state = state < 7 ? 9 : 11
        return 1
      }
    } else if (this.#bit(this.#is_second, state) === 0) this.#distances = [second, first, third, fourth]
    else if (this.#bit(this.#is_third, state) === 0) this.#distances = [third, first, second, fourth]
    else this.#distances = [fourth, first, second, third]
    this.#state = state < 7 ? 8 : 11
    return this.#length(this.#repeat_lengths, place)
  }
}
