const WHOLE = (1n << 64n) - 1n
const [K0, K1, K2, K3] = [0xc3a5c85c97cb3127n, 0xb492b66fbe98f273n, 0x9ae16a3b2f90404fn, 0xc949d7c7509e6557n]
const MIX = 0x9ddfea08eb382d69n

const whole = (value: bigint): bigint => value & WHOLE
const turned = (value: bigint, by: bigint): bigint => whole((value >> by) | (value << (64n - by)))
const folded = (value: bigint): bigint => value ^ (value >> 47n)

/** Two numbers as one. */
function mixed(low: bigint, high: bigint): bigint {
  const first = folded(whole((low ^ high) * MIX))
  return whole(folded(whole((high ^ first) * MIX)) * MIX)
}

type Pair = readonly [bigint, bigint]

/** 32 bytes and two numbers as two numbers. */
function blended(bytes: Buffer, at: number, one: bigint, other: bigint): Pair {
  const first = whole(one + bytes.readBigUInt64LE(at))
  const last = bytes.readBigUInt64LE(at + 24)
  const second = turned(whole(other + first + last), 21n)
  const middle = whole(first + bytes.readBigUInt64LE(at + 8) + bytes.readBigUInt64LE(at + 16))
  return [whole(middle + last), whole(second + turned(middle, 44n) + first)]
}

function upTo16(bytes: Buffer): bigint {
  const { length } = bytes
  const count = BigInt(length)
  if (length > 8) {
    const end = bytes.readBigUInt64LE(length - 8)
    return mixed(bytes.readBigUInt64LE(0), turned(whole(end + count), count)) ^ end
  }
  if (length >= 4) return mixed(count + (BigInt(bytes.readUInt32LE(0)) << 3n), BigInt(bytes.readUInt32LE(length - 4)))
  if (length === 0) return K2
  const start = BigInt((bytes[0] as number) + ((bytes[length >> 1] as number) << 8))
  const end = BigInt(length + ((bytes[length - 1] as number) << 2))
  return whole(folded(whole(start * K2) ^ whole(end * K3)) * K2)
}

function upTo32(bytes: Buffer): bigint {
  const { length } = bytes
  const a = whole(bytes.readBigUInt64LE(0) * K1)
  const b = bytes.readBigUInt64LE(8)
  const c = whole(bytes.readBigUInt64LE(length - 8) * K2)
  const d = whole(bytes.readBigUInt64LE(length - 16) * K0)
  return mixed(whole(turned(whole(a - b), 43n) + turned(c, 30n) + d), whole(a + turned(b ^ K3, 20n) - c + BigInt(length)))
}

/** Half of what is made of 33 to 64 bytes: four numbers of them, the first weighed already. */
function half(first: bigint, second: bigint, third: bigint, last: bigint): Pair {
  const sum = whole(first + second)
  const all = whole(sum + third)
  return [whole(all + last), whole(turned(whole(first + last), 52n) + turned(all, 31n) + turned(first, 37n) + turned(sum, 7n))]
}

function upTo64(bytes: Buffer): bigint {
  const { length } = bytes
  const at = (place: number): bigint => bytes.readBigUInt64LE(place)
  const start = whole(at(0) + (BigInt(length) + at(length - 16)) * K0)
  const [v, v_second] = half(start, at(8), at(16), at(24))
  const [w, w_second] = half(whole(at(16) + at(length - 32)), at(length - 24), at(length - 16), at(length - 8))
  const both = folded(whole((v + w_second) * K2 + (w + v_second) * K0))
  return whole(folded(whole(both * K0 + v_second)) * K2)
}

/**
 * CityHash64 in its first version, by Geoff Pike and Jyrki Alakuijala: CatBoost knows categories by its lower half.
 * @see https://github.com/google/cityhash
 */
export function cityHash64(bytes: Buffer): bigint {
  const { length } = bytes
  if (length <= 16) return upTo16(bytes)
  if (length <= 32) return upTo32(bytes)
  if (length <= 64) return upTo64(bytes)
  const count = BigInt(length)
  const at = (place: number): bigint => bytes.readBigUInt64LE(place)
  let x = at(0)
  let y = at(length - 16) ^ K1
  let z = at(length - 56) ^ K0
  let v = blended(bytes, length - 64, count, y)
  let w = blended(bytes, length - 32, whole(count * K1), K0)
  z = whole(z + folded(v[1]) * K1)
  x = whole(turned(whole(z + x), 39n) * K1)
  y = whole(turned(y, 33n) * K1)
  for (let from = 0; from < ((length - 1) & ~63); from += 64) {
    x = whole(turned(whole(x + y + v[0] + at(from + 16)), 37n) * K1) ^ w[1]
    y = whole(turned(whole(y + v[1] + at(from + 48)), 42n) * K1) ^ v[0]
    z = turned(z ^ w[0], 33n)
    v = blended(bytes, from, whole(v[1] * K1), whole(x + w[0]))
    w = blended(bytes, from + 32, whole(z + w[1]), y)
    ;[z, x] = [x, z]
  }
  return mixed(whole(mixed(v[0], w[0]) + folded(y) * K1 + z), whole(mixed(v[1], w[1]) + x))
}
