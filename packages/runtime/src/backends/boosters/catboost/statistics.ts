import { refuse } from '../../estimator.ts'

/** What CatBoost counts of categories, by the numbers that its binary format has for them. */
export const KINDS = ['Borders', 'Buckets', 'BinarizedTargetMeanValue', 'FloatTargetMeanValue', 'Counter', 'FeatureFreq'] as const
export type Kind = (typeof KINDS)[number]

/** What is counted together: categories, numbers beyond a border, categories that are one value. By places in the lists of features. */
export type Projection = {
  readonly categories: readonly number[]
  readonly borders: readonly { readonly float: number; readonly border: number }[]
  readonly values: readonly { readonly category: number; readonly value: number }[]
}

/** What was counted in training: a few numbers for each hash that was seen. */
export type Table = {
  readonly kind: Kind
  readonly places: ReadonlyMap<bigint, number>
  readonly numbers: Float64Array
  /** How many numbers each hash has. */
  readonly each: number
  /** Of counters: what their counts are divided by. */
  readonly denominator: number
}

/** A column that is made of counts. */
export type Use = {
  readonly projection: Projection
  readonly table: Table
  readonly target: number
  readonly prior: number
  readonly weight: number
  readonly shift: number
  readonly scale: number
  readonly borders: Float32Array
}

export const isMean = (kind: Kind): boolean => kind === 'BinarizedTargetMeanValue' || kind === 'FloatTargetMeanValue'
const isCounter = (kind: Kind): boolean => kind === 'Counter' || kind === 'FeatureFreq'

/** How many numbers a hash has in a table, where a target has so many classes. @throws Refused */
export function widthOf(kind: Kind, classes: number): number {
  if (isMean(kind)) return 2
  if (isCounter(kind)) return 1
  if (!Number.isInteger(classes) || classes < 2 || classes > 65_535) return refuse('statistics of the CatBoost model count no classes')
  return classes
}

/** A table whose every place was checked. @throws Refused */
export function tableOf(table: Table): Table {
  const { places, numbers, each, denominator } = table
  for (const place of places.values()) {
    if (!(Number.isInteger(place) && place >= 0 && (place + 1) * each <= numbers.length))
      refuse('statistics of the CatBoost model lead out of their numbers')
  }
  if (!numbers.every(Number.isFinite) || !Number.isFinite(denominator)) refuse('statistics of the CatBoost model hold what is no number')
  return table
}

/** A column of counts that was checked against its table. @throws Refused */
export function useOf(use: Use): Use {
  const { table, target, prior, weight, shift, scale, borders } = use
  const last = table.kind === 'Buckets' ? table.each - 1 : table.kind === 'Borders' ? table.each - 2 : 0
  if (!Number.isInteger(target) || target < 0 || target > last) refuse('the CatBoost model asks statistics for a class that there is not')
  if (![prior, weight, shift, scale, ...borders].every(Number.isFinite)) refuse('the CatBoost model weighs statistics by what is no number')
  return use
}

/** CatBoost's mark of a place in its table that is empty. */
export const EMPTY = (1n << 64n) - 1n

const single = Math.fround

/** What a column of counts is for a hash, in float32 at each step, as CatBoost computes it. */
export function shareOf({ table, target, prior, weight, shift, scale }: Use, hash: bigint): number {
  const { kind, places, numbers, each, denominator } = table
  const place = places.get(hash)
  let good = 0
  let all = isCounter(kind) ? denominator : 0
  if (place !== undefined) {
    const from = place * each
    if (isMean(kind)) all = numbers[from + 1] as number
    if (isMean(kind) || isCounter(kind)) good = numbers[from] as number
    else {
      for (let one = 0; one < each; one++) {
        const counted = numbers[from + one] as number
        all += counted
        if (kind === 'Buckets' ? one === target : one > target) good += counted
      }
    }
  }
  const share = single(single(single(good) + prior) / single(single(all) + weight))
  return single(single(share + shift) * scale)
}

const MIX = 0x4906ba494954cb65n

/** What a further part makes of a hash: of a category its own hash, of everything else whether it is so. */
export const withPart = (hash: bigint, part: number): bigint => BigInt.asUintN(64, MIX * (hash + MIX * BigInt.asUintN(64, BigInt(part))))
