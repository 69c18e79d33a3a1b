import { refuse } from '../../estimator.ts'
import type { Split } from './columns.ts'

/** Trees that were read and checked. */
export type CatboostTrees = {
  /** Adds up what all trees say of each row of so many numbers: as many sums a row as there are outputs. */
  sums(rows: Float32Array, count: number, width: number): Float64Array
}

/** CatBoost itself makes trees no deeper. */
export const DEPTH_MAX = 16
const NODES_MAX = 100_000_000

/** A tree all of whose levels ask the same, and the values of its leaves. */
export type Oblivious = { readonly splits: readonly Split[]; readonly values: Float64Array }

/** @throws Refused when there are not as many values as leaves */
export function obliviousTrees(trees: readonly Oblivious[], outputs: number): CatboostTrees {
  const all = trees.map(({ splits, values }) => {
    if (splits.length > DEPTH_MAX) refuse(`a tree of the CatBoost model is ${splits.length} levels deep; ${DEPTH_MAX} are the most`)
    if (values.length !== 2 ** splits.length * outputs || !values.every(Number.isFinite))
      refuse(`a tree of the CatBoost model does not have ${2 ** splits.length * outputs} numbers where it should`)
    const columns = Int32Array.from(splits, ({ column }) => column)
    return { depth: splits.length, columns, borders: Float32Array.from(splits, ({ border }) => border), values }
  })
  return {
    sums(rows, count, width) {
      const made = new Float64Array(count * outputs)
      for (const { depth, columns, borders, values } of all) {
        for (let row = 0; row < count; row++) {
          let leaf = 0
          for (let level = 0; level < depth; level++) {
            leaf |= +((rows[row * width + (columns[level] as number)] as number) > (borders[level] as number)) << level
          }
          for (let one = 0; one < outputs; one++) {
            const at = row * outputs + one
            made[at] = (made[at] as number) + (values[leaf * outputs + one] as number)
          }
        }
      }
      return made
    },
  }
}

/** Trees of nodes each of which asks its own, one after the other. Children lie behind their parents, so that every way ends. */
export class Nodes {
  readonly #columns: number[] = []
  readonly #borders: number[] = []
  readonly #left: number[] = []
  readonly #right: number[] = []
  /** Where a leaf's values begin. */
  readonly #leaves: number[] = []
  readonly #values: number[] = []
  readonly #outputs: number

  constructor(outputs: number) {
    this.#outputs = outputs
  }

  get size(): number {
    return this.#columns.length
  }

  /** @throws Refused */
  leaf(values: ArrayLike<number>): number {
    if (values.length !== this.#outputs || !Array.prototype.every.call(values, Number.isFinite))
      refuse(`a leaf of the CatBoost model does not have ${this.#outputs} numbers`)
    const at = this.#place(-1, 0, this.#values.length)
    for (let one = 0; one < values.length; one++) this.#values.push(values[one] as number)
    return at
  }

  /** A node whose children are told later. */
  node({ column, border }: Split): number {
    return this.#place(column, border, -1)
  }

  #place(column: number, border: number, leaf: number): number {
    const at = this.size
    if (at >= NODES_MAX) refuse(`the CatBoost model has more than ${NODES_MAX} nodes`)
    this.#columns.push(column)
    this.#borders.push(border)
    this.#leaves.push(leaf)
    this.#left.push(at)
    this.#right.push(at)
    return at
  }

  /** @throws Refused when a child does not lie behind its parent */
  join(at: number, left: number, right: number): void {
    for (const child of [left, right]) {
      if (!(child > at && child < this.size))
        refuse(`the node ${at} of the CatBoost model has the child ${child}, and there are ${this.size}`)
    }
    this.#left[at] = left
    this.#right[at] = right
  }

  trees(roots: readonly number[]): CatboostTrees {
    const outputs = this.#outputs
    const [columns, borders, values] = [Int32Array.from(this.#columns), Float32Array.from(this.#borders), Float64Array.from(this.#values)]
    const [left, right, leaves] = [Int32Array.from(this.#left), Int32Array.from(this.#right), Int32Array.from(this.#leaves)]
    return {
      sums(rows, count, width) {
        const sums = new Float64Array(count * outputs)
        for (const root of roots) {
          for (let row = 0; row < count; row++) {
            let node = root
            for (let column = columns[node] as number; column >= 0; column = columns[node] as number) {
              node = ((rows[row * width + column] as number) > (borders[node] as number) ? right[node] : left[node]) as number
            }
            const from = leaves[node] as number
            for (let one = 0; one < outputs; one++) {
              const at = row * outputs + one
              sums[at] = (sums[at] as number) + (values[from + one] as number)
            }
          }
        }
        return sums
      },
    }
  }
}
