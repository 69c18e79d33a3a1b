import { NdArray } from '../arrays.ts'
import { type Estimator, refuse } from '../estimator.ts'

/**
 * Trees of scikit-learn, one after the other, in arrays of numbers. Children come behind their parents, which is checked: no walk goes on
 * for ever, and none leaves its tree. A leaf leads to itself, so that a walk may take more steps than it needs.
 */
export type Trees = {
  readonly roots: Int32Array
  /** How many steps lead from a tree's root to its furthest leaf. */
  readonly depths: Int32Array
  /** The column that a node looks at; 0 for a leaf, which learns nothing from it. */
  readonly column: Int32Array
  readonly threshold: Float64Array
  /** The left and the right child of each node. */
  readonly children: Int32Array
  readonly missing_left: Uint8Array
  /** `width` numbers for each node. */
  readonly values: Float64Array
  readonly width: number
}

const NODES_MAX = 100_000_000

/** Reads the `tree_` of each estimator for rows of so many columns and values of `width` numbers a node. @throws Refused */
export function readTrees(trees: readonly Estimator[], columns: number, width: number): Trees {
  const parts = trees.map((tree) => nodesOf(tree, columns, width))
  const count = parts.reduce((all, { feature }) => all + feature.length, 0)
  if (count > NODES_MAX) refuse(`the trees have ${count} nodes together; ${NODES_MAX} is the most that is served`)
  const all: Trees = {
    roots: new Int32Array(parts.length),
    depths: new Int32Array(parts.length),
    column: new Int32Array(count),
    threshold: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
    children: new Int32Array(count * 2),
    missing_left: new Uint8Array(count),
    values: new Float64Array(count * width),
    width,
  }
  let at = 0
  parts.forEach((part, index) => {
    all.roots[index] = at
    all.depths[index] = place(part, at, all)
    all.values.set(part.values, at * width)
    at += part.feature.length
  })
  return all
}

/** Writes a tree's nodes from a place on; gives how deep it is. */
function place(part: Nodes, at: number, { column, threshold, children, missing_left }: Trees): number {
  const levels = new Int32Array(part.feature.length)
  let deepest = 0
  for (let node = 0; node < levels.length; node++) {
    const [left, right] = [part.left[node] as number, part.right[node] as number]
    const is_leaf = left === -1
    children[2 * (at + node)] = at + (is_leaf ? node : left)
    children[2 * (at + node) + 1] = at + (is_leaf ? node : right)
    if (is_leaf) continue
    column[at + node] = part.feature[node] as number
    threshold[at + node] = part.threshold[node] as number
    missing_left[at + node] = part.missing?.[node] === 1 ? 1 : 0
    const level = (levels[node] as number) + 1
    levels[left] = Math.max(levels[left] as number, level)
    levels[right] = Math.max(levels[right] as number, level)
    deepest = Math.max(deepest, level)
  }
  return deepest
}

type Nodes = {
  readonly left: Float64Array
  readonly right: Float64Array
  readonly feature: Float64Array
  readonly threshold: Float64Array
  readonly missing: Float64Array | undefined
  readonly values: Float64Array
}

function nodesOf(tree: Estimator, columns: number, width: number): Nodes {
  const nodes = tree.array('nodes')
  const { fields, shape } = nodes
  const count = shape[0] ?? 0
  const [left, right, feature, threshold] = ['left_child', 'right_child', 'feature', 'threshold'].map((name) => fields?.get(name))
  if (shape.length !== 1 || count === 0 || !left || !right || !feature || !threshold) return tree.refuse('nodes', 'is no table of nodes')
  const values = tree.any('values')
  const size = values instanceof NdArray && values.shape.length === 3 && values.shape[0] === count ? (values.numbers?.length ?? 0) : 0
  if (size !== count * width) tree.refuse('values', `does not hold ${width} numbers for each of ${count} nodes`)
  for (let node = 0; node < count; node++) checkNode(node, count, columns, { left, right, feature, threshold })
  return { left, right, feature, threshold, missing: fields?.get('missing_go_to_left'), values: tree.numbers('values', [-1, -1, -1]) }
}

/** A node is a leaf, or has two children behind it, a feature that there is, and a threshold that can be compared with. */
export function checkNode(
  node: number,
  count: number,
  columns: number,
  { left, right, feature, threshold }: Pick<Nodes, 'left' | 'right' | 'feature' | 'threshold'>,
): void {
  const [to_left, to_right, of, at] = [left[node], right[node], feature[node], threshold[node]] as [number, number, number, number]
  if (to_left === -1 && to_right === -1) return
  if (!(to_left > node && to_left < count && to_right > node && to_right < count)) {
    refuse(`node ${node} of a tree has the children ${to_left} and ${to_right}: they have to come behind it, and before ${count}`)
  }
  if (!(of >= 0 && of < columns)) refuse(`node ${node} of a tree splits by column ${of}, and there are ${columns}`)
  if (Number.isNaN(at)) refuse(`node ${node} of a tree has no threshold`)
}

/** Whether a node is one at which a walk ends. */
export const isLeaf = ({ children }: Trees, node: number): boolean => children[2 * node] === node

/** The leaf that a row ends in. */
export function leafOf(trees: Trees, root: number, rows: Float32Array, at: number): number {
  const { column, threshold, children, missing_left } = trees
  for (let node = root; ; ) {
    const value = rows[at + (column[node] as number)] as number
    const goes_left = value <= (threshold[node] as number) || (Number.isNaN(value) && missing_left[node] === 1)
    const next = children[2 * node + (goes_left ? 0 : 1)] as number
    if (next === node) return node
    node = next
  }
}

/** So many rows stay in the processor's cache while all trees look at them. */
const BLOCK_ROWS = 256

/** Adds up what all trees say of each row: `width` numbers a row, tree after tree, so that sums round as in Python. */
export function sumTrees(trees: Trees, rows: Float32Array, count: number, columns: number): Float64Array {
  const sums = new Float64Array(count * trees.width)
  // Groups of four, of which each value can be compared; the rest one by one.
  const quick = hasMissing(rows) ? 0 : count - (count % 4)
  const leaves = new Int32Array(Math.min(quick, BLOCK_ROWS))
  for (let from = 0; from < quick; from += BLOCK_ROWS) {
    const to = Math.min(quick, from + BLOCK_ROWS)
    for (let tree = 0; tree < trees.roots.length; tree++) {
      leavesOf(trees, tree, rows, columns, from, to, leaves)
      addLeaves(trees, leaves, sums, from, to)
    }
  }
  const leaf = new Int32Array(1)
  for (let row = quick; row < count; row++) {
    for (const root of trees.roots) {
      leaf[0] = leafOf(trees, root, rows, row * columns)
      addLeaves(trees, leaf, sums, row, row + 1)
    }
  }
  return sums
}

function addLeaves({ values, width }: Trees, leaves: Int32Array, sums: Float64Array, from: number, to: number): void {
  for (let row = from; row < to; row++) {
    const at = row * width
    const leaf = (leaves[row - from] as number) * width
    sums[at] = (sums[at] as number) + (values[leaf] as number)
    for (let one = 1; one < width; one++) sums[at + one] = (sums[at + one] as number) + (values[leaf + one] as number)
  }
}

function hasMissing(rows: Float32Array): boolean {
  for (let at = 0; at < rows.length; at++) if (Number.isNaN(rows[at])) return true
  return false
}

/** Steps between two looks at whether all rows have come to their leaf. */
const STEPS = 6

/** The leaf of each row from `from` to before `to` in a tree: four walks side by side, without a branch that could be guessed wrong. */
function leavesOf(trees: Trees, tree: number, rows: Float32Array, columns: number, from: number, to: number, leaves: Int32Array): void {
  const { column, threshold, children } = trees
  const root = trees.roots[tree] as number
  const depth = trees.depths[tree] as number
  for (let row = from; row < to; row += 4) {
    const a_at = row * columns
    const b_at = a_at + columns
    const c_at = b_at + columns
    const d_at = c_at + columns
    let [a, b, c, d] = [root, root, root, root]
    for (let left = depth; left > 0; left -= STEPS) {
      for (let step = left < STEPS ? left : STEPS; step > 0; step--) {
        a = children[2 * a + +((rows[a_at + (column[a] as number)] as number) > (threshold[a] as number))] as number
        b = children[2 * b + +((rows[b_at + (column[b] as number)] as number) > (threshold[b] as number))] as number
        c = children[2 * c + +((rows[c_at + (column[c] as number)] as number) > (threshold[c] as number))] as number
        d = children[2 * d + +((rows[d_at + (column[d] as number)] as number) > (threshold[d] as number))] as number
      }
      if (children[2 * a] === a && children[2 * b] === b && children[2 * c] === c && children[2 * d] === d) break
    }
    leaves[row - from] = a
    leaves[row - from + 1] = b
    leaves[row - from + 2] = c
    leaves[row - from + 3] = d
  }
}
