import { NdArray } from '../../arrays.ts'
import type { Estimator, Value } from '../../estimator.ts'
import type { NearestHeap } from './heap.ts'
import type { Metric } from './metrics.ts'

/** Columns times rows of the training data, and of the nodes. */
const CELLS_MAX = 128 * 1024 * 1024

/** The nodes by number: node `i` has the children `2i + 1` and `2i + 2`, and a range of `order`. */
type Nodes = {
  readonly count: number
  readonly from: Float64Array
  readonly to: Float64Array
  readonly is_leaf: Float64Array
  readonly radius: Float64Array
}

/** A fitted k-d tree or ball tree, searched in scikit-learn's order: depth first, the child first that is not farther. */
export class NeighbourTree {
  readonly points: Float64Array
  readonly known: number
  readonly #columns: number
  readonly #metric: Metric
  readonly #nodes: Nodes
  /** Rows of the training data as the leaves hold them. */
  readonly #order: Int32Array
  readonly #is_ball: boolean
  /** The corners of each node's box, the low ones and the high ones; or the middles of its balls. */
  readonly #low: Float64Array
  readonly #high: Float64Array
  readonly #gaps: Float64Array
  readonly #zero: Float64Array

  /** Reads the tree of an estimator, and checks all of it. @throws Refused */
  constructor(estimator: Estimator, columns: number, metric: Metric) {
    const tree = estimator.part('_tree')
    const state = tree.list('state')
    this.#is_ball = tree.of === 'sklearn.neighbors._ball_tree.BallTree'
    if (!this.#is_ball && tree.of !== 'sklearn.neighbors._kd_tree.KDTree') estimator.refuse('_tree', `is a ${tree.name.slice(0, 100)}`)
    this.#columns = columns
    this.#metric = metric
    this.#gaps = new Float64Array(columns)
    this.#zero = new Float64Array(columns)
    const [data, order, nodes, bounds] = state
    const rows = data instanceof NdArray ? (data.shape[0] ?? 0) : 0
    this.known = rows
    this.points = finite(tree, 'data', data, [rows, columns])
    this.#order = orderOf(tree, order, rows)
    this.#nodes = nodesOf(tree, nodes, rows)
    const corners = finite(tree, 'bounds', bounds, [this.#is_ball ? 1 : 2, this.#nodes.count, columns])
    const half = this.#nodes.count * columns
    this.#low = corners.subarray(0, half)
    this.#high = this.#is_ball ? this.#low : corners.subarray(half)
  }

  /** Puts the nearest of a row into a heap. */
  search(rows: Float64Array, at: number, heap: NearestHeap): void {
    this.#visit(0, this.#least(0, rows, at), rows, at, heap)
  }

  #visit(node: number, least: number, rows: Float64Array, at: number, heap: NearestHeap): void {
    if (least > heap.farthest) return
    const { from, to, is_leaf } = this.#nodes
    if (is_leaf[node] !== 0) {
      for (let one = from[node] as number; one < (to[node] as number); one++) {
        const place = this.#order[one] as number
        heap.push(this.#metric.compared(rows, at, this.points, place * this.#columns), place)
      }
      return
    }
    const first = 2 * node + 1
    const to_first = this.#least(first, rows, at)
    const to_second = this.#least(first + 1, rows, at)
    if (to_first <= to_second) {
      this.#visit(first, to_first, rows, at, heap)
      this.#visit(first + 1, to_second, rows, at, heap)
    } else {
      this.#visit(first + 1, to_second, rows, at, heap)
      this.#visit(first, to_first, rows, at, heap)
    }
  }

  /** The least that anything in a node can be away, in the form that is compared. */
  #least(node: number, rows: Float64Array, at: number): number {
    const { compared, distanceOf, comparedOf } = this.#metric
    const from = node * this.#columns
    if (this.#is_ball) {
      const to_middle = distanceOf(compared(rows, at, this.#low, from))
      return comparedOf(Math.max(0, to_middle - (this.#nodes.radius[node] as number)))
    }
    for (let column = 0; column < this.#columns; column++) {
      const value = rows[at + column] as number
      const below = (this.#low[from + column] as number) - value
      const above = value - (this.#high[from + column] as number)
      this.#gaps[column] = 0.5 * (below + Math.abs(below) + (above + Math.abs(above)))
    }
    return compared(this.#gaps, 0, this.#zero, 0)
  }
}

function finite(tree: Estimator, what: string, value: Value | undefined, shape: readonly number[]): Float64Array {
  if (!(value instanceof NdArray) || value.numbers === undefined) return tree.refuse(what, 'is no array of numbers')
  if (value.shape.length !== shape.length || !shape.every((size, at) => size === value.shape[at]))
    tree.refuse(what, `has the shape (${value.shape.join(', ')}), and it has to be (${shape.join(', ')})`)
  if (value.numbers.length > CELLS_MAX) tree.refuse(what, `has more than ${CELLS_MAX} numbers`)
  if (!value.numbers.every(Number.isFinite)) tree.refuse(what, 'holds what is no finite number')
  return value.numbers
}

/** Each row of the training data once. */
function orderOf(tree: Estimator, value: Value | undefined, rows: number): Int32Array {
  const numbers = finite(tree, 'idx_array', value, [rows])
  const seen = new Uint8Array(rows)
  for (const row of numbers) {
    if (!Number.isInteger(row) || row < 0 || row >= rows) tree.refuse('idx_array', `names the row ${row}, and there are ${rows}`)
    if (seen[row] !== 0) tree.refuse('idx_array', `names the row ${row} twice`)
    seen[row] = 1
  }
  return Int32Array.from(numbers)
}

/**
 * The nodes, of which those that the root leads to are checked: children share out the range of their parent, so that a search looks at
 * no row twice. Their numbers only grow, so that none leads back.
 */
function nodesOf(tree: Estimator, value: Value | undefined, rows: number): Nodes {
  const fields = value instanceof NdArray && value.shape.length === 1 ? value.fields : undefined
  const [from, to, is_leaf, radius] = ['idx_start', 'idx_end', 'is_leaf', 'radius'].map((name) => fields?.get(name))
  if (!from || !to || !is_leaf || !radius) return tree.refuse('node_data', 'is no array of nodes')
  const count = from.length
  if (count === 0 || from[0] !== 0 || to[0] !== rows) tree.refuse('node_data', `does not begin with a node of all ${rows} rows`)
  const left = [0]
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    const [start, end] = [from[node] as number, to[node] as number]
    if (!((radius[node] as number) >= 0 && Number.isFinite(radius[node]))) tree.refuse('node_data', `has no radius at node ${node}`)
    if (is_leaf[node] !== 0) continue
    const first = 2 * node + 1
    if (first + 1 >= count) tree.refuse('node_data', `has children of node ${node} that there are not`)
    const middle = to[first] as number
    const shares = from[first] === start && from[first + 1] === middle && to[first + 1] === end
    if (!shares || !Number.isInteger(middle) || middle < start || middle > end)
      tree.refuse('node_data', `has children of node ${node} that do not share out its rows`)
    left.push(first, first + 1)
  }
  return { count, from, to, is_leaf, radius }
}
