import { NdArray } from '../arrays.ts'
import { type Estimator, refuse } from '../estimator.ts'

/**
 * Trees of scikit-learn, one after the other, in arrays of numbers. A node with a negative feature is a leaf. Children come behind their
 * parents, which is checked: no walk goes on for ever, and none leaves its tree.
 */
export type Trees = {
  readonly roots: Int32Array
  readonly feature: Int32Array
  readonly threshold: Float64Array
  readonly left: Int32Array
  readonly right: Int32Array
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
    feature: new Int32Array(count),
    threshold: new Float64Array(count),
    left: new Int32Array(count),
    right: new Int32Array(count),
    missing_left: new Uint8Array(count),
    values: new Float64Array(count * width),
    width,
  }
  let at = 0
  parts.forEach((part, index) => {
    all.roots[index] = at
    for (let node = 0; node < part.feature.length; node++) {
      const is_leaf = part.left[node] === -1
      all.feature[at + node] = is_leaf ? -1 : (part.feature[node] as number)
      all.threshold[at + node] = part.threshold[node] as number
      all.left[at + node] = is_leaf ? -1 : at + (part.left[node] as number)
      all.right[at + node] = is_leaf ? -1 : at + (part.right[node] as number)
      all.missing_left[at + node] = part.missing?.[node] === 1 ? 1 : 0
    }
    all.values.set(part.values, at * width)
    at += part.feature.length
  })
  return all
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

/** The leaf that a row ends in. */
export function leafOf(trees: Trees, root: number, rows: Float32Array, at: number): number {
  const { feature, threshold, left, right, missing_left } = trees
  let node = root
  for (let column = feature[node] as number; column >= 0; column = feature[node] as number) {
    const value = rows[at + column] as number
    const goes_left = value <= (threshold[node] as number) || (Number.isNaN(value) && missing_left[node] === 1)
    node = (goes_left ? left[node] : right[node]) as number
  }
  return node
}

/** Adds up what all trees say of each row: `width` numbers a row. */
export function sumTrees(trees: Trees, rows: Float32Array, count: number, columns: number): Float64Array {
  const { roots, values, width } = trees
  const sums = new Float64Array(count * width)
  for (let row = 0; row < count; row++) {
    const at = row * columns
    const to = row * width
    for (let tree = 0; tree < roots.length; tree++) {
      const from = leafOf(trees, roots[tree] as number, rows, at) * width
      for (let one = 0; one < width; one++) sums[to + one] = (sums[to + one] as number) + (values[from + one] as number)
    }
  }
  return sums
}
