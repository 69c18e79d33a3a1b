/** 10^0 to 10^22: the powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))
const EXPONENT_MAX = 22
/** Digits that go into one whole number of 32 bits. */
const HALF_DIGITS = 9
const DIGITS_MAX = 2 * HALF_DIGITS
const WHOLE_MAX = 2 ** 53
/** Splits a double into two halves of 26 bits each, of which products are exact (Veltkamp). */
const SPLITTER = 2 ** 27 + 1

const ZERO = 48
const POINT = 46
const MINUS = 45
const PLUS = 43

/**
 * Reads decimal numbers from bytes without making a text of them. A double is found as the nearest to what the digits say, exactly as
 * `Number` finds it, or it is not found: then a slower way has to look.
 */
export class DecimalReader {
  /** The first byte behind the number that was read. */
  at = 0

  /** The number at a place; NaN when it is none, or none that can be found quickly. A byte that is no digit has to follow in `bytes`. */
  read(bytes: Uint8Array, from: number): number {
    let at = from
    const is_negative = bytes[at] === MINUS
    if (is_negative || bytes[at] === PLUS) at++
    let [first, second, digits, decimals, seen] = [0, 0, 0, 0, 0]
    let is_behind_point = false
    for (; ; at++) {
      const digit = (bytes[at] as number) - ZERO
      if (digit >= 0 && digit <= 9) {
        seen = 1
        // Zeros before the first digit say nothing but how small it is.
        if (digits > 0 || digit > 0) {
          if (digits < HALF_DIGITS) first = (first * 10 + digit) | 0
          else second = (second * 10 + digit) | 0
          if (++digits > DIGITS_MAX) return Number.NaN
        }
        if (is_behind_point) decimals++
      } else if (bytes[at] === POINT && !is_behind_point) is_behind_point = true
      else break
    }
    if (seen === 0) return Number.NaN
    let exponent = -decimals
    if (((bytes[at] as number) | 32) === 101) {
      const power = this.#exponent(bytes, at + 1)
      if (power === undefined) return Number.NaN
      exponent += power
      at = this.at
    }
    this.at = at
    const found = scaled(first, second, Math.max(0, digits - HALF_DIGITS), exponent)
    return is_negative ? -found : found
  }

  #exponent(bytes: Uint8Array, from: number): number | undefined {
    let at = from
    const is_negative = bytes[at] === MINUS
    if (is_negative || bytes[at] === PLUS) at++
    const start = at
    let power = 0
    for (let digit = (bytes[at] as number) - ZERO; digit >= 0 && digit <= 9 && power < 1000; digit = (bytes[at] as number) - ZERO) {
      power = power * 10 + digit
      at++
    }
    this.at = at
    return at === start ? undefined : is_negative ? -power : power
  }
}

/** `first`, then `count` digits of `second`, times ten to the exponent; NaN when that can't be told quickly. */
function scaled(first: number, second: number, count: number, exponent: number): number {
  // Exact: 30 bits times 5^9, which has 21, times a power of two.
  const upper = first * (POWERS[count] as number)
  const sum = upper + second
  if (sum <= WHOLE_MAX) {
    if (exponent < -EXPONENT_MAX || exponent > EXPONENT_MAX) return sum === 0 ? 0 : Number.NaN
    // A whole number and a power that are both exact: the one operation rounds correctly.
    return exponent < 0 ? sum / (POWERS[-exponent] as number) : sum * (POWERS[exponent] as number)
  }
  if (exponent >= 0 || exponent < -EXPONENT_MAX) return Number.NaN
  return divided(sum, second - (sum - upper), POWERS[-exponent] as number)
}

/** (sum + rest) / divisor, to the nearest double; NaN when it lies too near the middle of two to be told by these means. */
function divided(sum: number, rest: number, divisor: number): number {
  const quotient = sum / divisor
  const product = quotient * divisor
  const spread = SPLITTER * quotient
  const high = spread - (spread - quotient)
  const low = quotient - high
  const divisor_spread = SPLITTER * divisor
  const divisor_high = divisor_spread - (divisor_spread - divisor)
  const divisor_low = divisor - divisor_high
  const product_rest = low * divisor_low - (product - high * divisor_high - low * divisor_high - high * divisor_low)
  const correction = (sum - product - product_rest + rest) / divisor
  const doubt = Math.abs(correction) * 2 ** -48
  const found = quotient + (correction - doubt)
  return found === quotient + (correction + doubt) ? found : Number.NaN
}
