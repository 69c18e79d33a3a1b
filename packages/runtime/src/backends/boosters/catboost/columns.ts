import { refuse } from '../../estimator.ts'
import { type Feature, type FloatFeature, placesOf } from './features.ts'
import { shareOf, type Use, withPart } from './statistics.ts'

/** What a tree asks: whether a column's number is beyond a border. */
export type Split = { readonly column: number; readonly border: number }

/** The values of categories that the model tells apart, by a category's number. */
export type OneHot = { readonly index: number; readonly values: Int32Array }

type Made = { readonly category: number; readonly value: number } | { readonly use: Use }

/**
 * The columns of numbers that trees ask: those of the model's input, and behind them what is made of categories: whether one is a value
 * (1 or 0), and what was counted of it. Only what a tree asks for gets a column.
 */
export class Columns {
  readonly floats: readonly FloatFeature[]
  readonly categories: readonly Feature[]
  readonly #one_hot: readonly OneHot[]
  readonly #uses: readonly Use[]
  readonly #float_places: ReadonlyMap<number, number>
  readonly #category_places: ReadonlyMap<number, number>
  readonly #made: Made[] = []
  readonly #known = new Map<string, number>()
  /** Where the splits of each feature begin, in CatBoost's numbering of all. */
  readonly #starts: number[] = []

  constructor(floats: readonly FloatFeature[], categories: readonly Feature[], one_hot: readonly OneHot[], uses: readonly Use[]) {
    this.floats = floats
    this.categories = categories
    this.#one_hot = one_hot
    this.#uses = uses
    this.#float_places = placesOf(floats)
    this.#category_places = placesOf(categories)
    let start = 0
    for (const { length } of [
      ...floats.map(({ borders }) => borders),
      ...one_hot.map(({ values }) => values),
      ...uses.map((use) => use.borders),
    ]) {
      this.#starts.push(start)
      start += length
    }
    this.#starts.push(start)
  }

  get width(): number {
    return this.floats.length + this.#made.length
  }

  /** @throws Refused */
  beyond(index: unknown, border: unknown): Split {
    const column = this.#float_places.get(index as number)
    if (column === undefined) return refuse(`the CatBoost model splits by the feature ${String(index).slice(0, 20)}, and there is none`)
    if (typeof border !== 'number' || !Number.isFinite(border)) return refuse('a split of the CatBoost model has no border')
    return { column, border: Math.fround(border) }
  }

  /** @throws Refused */
  is(index: unknown, value: unknown): Split {
    const category = this.#category_places.get(index as number)
    if (category === undefined) return refuse(`the CatBoost model splits by the category ${String(index).slice(0, 20)}, and there is none`)
    if (typeof value !== 'number' || !Number.isInteger(value)) return refuse('a split of the CatBoost model has no value')
    return { column: this.#columnOf(`${category} ${value}`, { category, value }), border: 0.5 }
  }

  /** A split by its number among all: those of the numbers, those of the values of categories, those of the counts. @throws Refused */
  numbered(at: unknown): Split {
    if (typeof at !== 'number' || !Number.isInteger(at) || at < 0 || at >= (this.#starts.at(-1) as number))
      return refuse(`the CatBoost model asks the split ${String(at).slice(0, 20)}, and there are ${this.#starts.at(-1)}`)
    let [low, high] = [0, this.#starts.length - 1]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#starts[middle] as number) <= at) low = middle
      else high = middle
    }
    // Features without borders begin where the next one does: the last of them is found, which has some.
    const inside = at - (this.#starts[low] as number)
    const float = this.floats[low]
    if (float) return this.beyond(float.index, float.borders[inside])
    const values = this.#one_hot[low - this.floats.length]
    if (values) return this.is(values.index, values.values[inside])
    const number = low - this.floats.length - this.#one_hot.length
    const use = this.#uses[number] as Use
    return { column: this.#columnOf(`use ${number}`, { use }), border: use.borders[inside] as number }
  }

  #columnOf(key: string, made: Made): number {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const column = this.width
    this.#known.set(key, column)
    this.#made.push(made)
    return column
  }

  /** Writes the columns that are made behind those of the numbers, for rows whose categories are known by their hashes. */
  fill(rows: Float32Array, count: number, hashes: readonly Int32Array[]): void {
    const { width } = this
    const counted = new Map<object, BigUint64Array>()
    this.#made.forEach((made, one) => {
      const at = this.floats.length + one
      if (!('use' in made)) {
        const own = hashes[made.category] as Int32Array
        for (let row = 0; row < count; row++) rows[row * width + at] = own[row] === made.value ? 1 : 0
        return
      }
      const { projection } = made.use
      const all = counted.get(projection) ?? this.#projected(projection, rows, count, hashes)
      counted.set(projection, all)
      for (let row = 0; row < count; row++) rows[row * width + at] = shareOf(made.use, all[row] as bigint)
    })
  }

  #projected({ categories, borders, values }: Use['projection'], rows: Float32Array, count: number, hashes: readonly Int32Array[]) {
    const { width } = this
    return BigUint64Array.from({ length: count }, (_, row) => {
      let hash = 0n
      for (const category of categories) hash = withPart(hash, hashes[category]?.[row] as number)
      for (const { float, border } of borders) hash = withPart(hash, +((rows[row * width + float] as number) > border))
      for (const { category, value } of values) hash = withPart(hash, +(hashes[category]?.[row] === value))
      return hash
    })
  }
}
