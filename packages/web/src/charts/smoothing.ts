/**
 * Exponential smoothing without the bias of its start (as in Adam; Kingma and Ba 2015): a constant line stays what it is.
 * @param weight of what came before, from 0 (nothing changes) to below 1
 */
export function smoothed(values: readonly (number | null)[], weight: number): (number | null)[] {
  let mean = 0
  let sum = 0
  return values.map((value) => {
    if (value === null) return null
    mean = mean * weight + value * (1 - weight)
    sum = sum * weight + (1 - weight)
    return mean / sum
  })
}
