import { refuse } from '../estimator.ts'
import type { Node } from './xgboost-file.ts'

/** Trees, one after the other. A negative feature is a leaf, and its value stands where thresholds do. */
export type Boosted = {
  readonly roots: Int32Array
  /** To which output a tree adds, and how much of it counts. */
  readonly groups: Int32Array
  readonly weights: Float32Array
  readonly feature: Int32Array
  readonly threshold: Float32Array
  readonly left: Int32Array
  readonly right: Int32Array
  /** How a node decides: see the bits below. */
  readonly kinds: Uint8Array
  /** Categories that go right, for a split by category. */
  readonly categories: ReadonlyMap<number, ReadonlySet<number>>
}

const NODES_MAX = 100_000_000
/** What is missing goes left. */
const MISSING_LEFT = 1
/** A split by category. Few nodes are, and those that are not need not be looked up. */
const BY_CATEGORY = 2

/** Reads the trees of a model. Every walk from a root is known to end before the first row comes. @throws Refused */
export function readBoosted(trees: readonly Node[], groups: Int32Array, weights: Float32Array, columns: number): Boosted {
  const sizes = trees.map((tree) => tree.get('left_children').numbers().length)
  const count = sizes.reduce((all, size) => all + size, 0)
  if (count > NODES_MAX) refuse(`the trees have ${count} nodes together; ${NODES_MAX} is the most that is served`)
  const categories = new Map<number, ReadonlySet<number>>()
  const all = {
    roots: new Int32Array(trees.length),
    groups,
    weights,
    feature: new Int32Array(count),
    threshold: new Float32Array(count),
    left: new Int32Array(count),
    right: new Int32Array(count),
    kinds: new Uint8Array(count),
    categories,
  }
  let at = 0
  trees.forEach((tree, index) => {
    all.roots[index] = at
    readTree(tree, at, sizes[index] as number, columns, all, categories)
    at += sizes[index] as number
  })
  return all
}

function readTree(tree: Node, at: number, size: number, columns: number, all: Boosted, categories: Map<number, ReadonlySet<number>>): void {
  if (size === 0) tree.refuse('has no nodes')
  if (
    tree.get('tree_param').get('size_leaf_vector').exists &&
    tree
      .get('tree_param')
      .get('size_leaf_vector')
      .count(0, 2 ** 31) > 1
  ) {
    tree.refuse('has several outputs in a leaf, which is not served')
  }
  const left = tree.get('left_children').numbers(size)
  const right = tree.get('right_children').numbers(size)
  const features = tree.get('split_indices').numbers(size)
  const conditions = tree.get('split_conditions').numbers(size)
  const defaults = tree.get('default_left').numbers(size)
  const types = tree.get('split_type').exists ? tree.get('split_type').numbers(size) : undefined
  const sets = categoriesOf(tree, size)
  // From the root on: a node that two others lead to, or that leads back, would be met twice.
  const met = new Uint8Array(size)
  const waiting = [0]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (!Number.isInteger(node) || node < 0 || node >= size) tree.refuse(`has a node with the child ${node}, and there are ${size}`)
    if (met[node] === 1) tree.refuse(`leads to node ${node} twice`)
    met[node] = 1
    const condition = Number(conditions[node])
    const is_leaf = left[node] === -1
    if (!Number.isFinite(condition) && (is_leaf || Number.isNaN(condition)) && types?.[node] !== 1)
      tree.refuse(`has no number at node ${node}`)
    all.threshold[at + node] = condition
    all.feature[at + node] = -1
    if (is_leaf) continue
    const feature = features[node] as number
    if (!Number.isInteger(feature) || feature < 0 || feature >= columns)
      tree.refuse(`splits by column ${feature}, and there are ${columns}`)
    all.feature[at + node] = feature
    all.left[at + node] = at + (left[node] as number)
    all.right[at + node] = at + (right[node] as number)
    all.kinds[at + node] = Number(defaults[node]) === 1 ? MISSING_LEFT : 0
    if (types !== undefined && Number(types[node]) !== 0) {
      all.kinds[at + node] = (all.kinds[at + node] as number) | BY_CATEGORY
      categories.set(at + node, sets.get(node) ?? tree.refuse(`splits by category at node ${node}, and names none`))
    }
    waiting.push(right[node] as number, left[node] as number)
  }
}

function categoriesOf(tree: Node, size: number): ReadonlyMap<number, ReadonlySet<number>> {
  const found = new Map<number, ReadonlySet<number>>()
  if (!tree.get('categories_nodes').exists) return found
  const nodes = tree.get('categories_nodes').numbers()
  const segments = tree.get('categories_segments').numbers(nodes.length)
  const sizes = tree.get('categories_sizes').numbers(nodes.length)
  const categories = tree.get('categories').numbers()
  let left = categories.length
  for (let at = 0; at < nodes.length; at++) {
    const [node, from, count] = [nodes[at], segments[at], sizes[at]] as [number, number, number]
    if (!(node >= 0 && node < size && from >= 0 && count >= 0 && from + count <= categories.length))
      tree.refuse('has categories out of range')
    // Each node's lie apart in a file that XGBoost wrote: the same ones for each of many nodes would grow to any size here.
    left -= count
    if (left < 0) tree.refuse('shares categories among nodes')
    found.set(node, new Set(Array.from({ length: count }, (_, one) => categories[from + one] as number)))
  }
  return found
}

/** Adds to `sums` what the trees from `first` to before `last` say of the row at `at`, in float32 as XGBoost does. */
export function addTrees(trees: Boosted, rows: Float32Array, at: number, sums: Float32Array, to: number, last: number): void {
  const { roots, groups, weights, feature, threshold, left, right, kinds, categories } = trees
  for (let tree = 0; tree < last; tree++) {
    let node = roots[tree] as number
    for (let column = feature[node] as number; column >= 0; column = feature[node] as number) {
      const value = rows[at + column] as number
      const kind = kinds[node] as number
      const goes_left = Number.isNaN(value)
        ? (kind & MISSING_LEFT) !== 0
        : (kind & BY_CATEGORY) !== 0
          ? !categories.get(node)?.has(Math.trunc(value))
          : value < (threshold[node] as number)
      node = (goes_left ? left[node] : right[node]) as number
    }
    const group = to + (groups[tree] as number)
    sums[group] = (sums[group] as number) + Math.fround((weights[tree] as number) * (threshold[node] as number))
  }
}
