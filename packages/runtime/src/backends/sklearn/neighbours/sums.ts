const BLOCK_MAX = 128

/** The sum of so many numbers, in the order in which numpy adds what lies side by side: its last bit depends on that. */
export function sumAsNumpy(values: Float64Array, from = 0, count = values.length): number {
  if (count > BLOCK_MAX) {
    const half = (count >> 1) - ((count >> 1) % 8)
    return sumAsNumpy(values, from, half) + sumAsNumpy(values, from + half, count - half)
  }
  const whole = count < 8 ? 0 : count - (count % 8)
  let sum = 0
  if (whole > 0) {
    const lanes = values.slice(from, from + 8)
    for (let at = 8; at < whole; at++) lanes[at % 8] = (lanes[at % 8] as number) + (values[from + at] as number)
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = lanes
    sum = a + b + (c + d) + (e + f + (g + h))
  }
  for (let at = whole; at < count; at++) sum += values[from + at] as number
  return sum
}
