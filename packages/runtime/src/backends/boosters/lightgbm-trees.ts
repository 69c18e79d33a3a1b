import type { LightgbmText } from '@millrace/formats'
import { refuse } from '../estimator.ts'

/** Trees, one after the other. A root or child that is negative is a leaf: its place among the leaves, turned around (`~leaf`). */
export type LightgbmTrees = {
  readonly roots: Int32Array
  readonly feature: Int32Array
  readonly threshold: Float64Array
  readonly kind: Uint8Array
  readonly left: Int32Array
  readonly right: Int32Array
  readonly leaves: Float64Array
  /** For a split by category, the bits of those that go left. */
  readonly sets: ReadonlyMap<number, Uint32Array>
}

const BY_CATEGORY = 1
const DEFAULT_LEFT = 2
const MISSING_IS_ZERO = 1
const MISSING_IS_NAN = 2
/** What counts as zero: the float32 nearest to 1e-35. */
const ZERO = Math.fround(1e-35)
const NODES_MAX = 100_000_000

/** Reads the trees of a model's text. Children come behind their parents, which is checked. @throws Refused */
export function readLightgbmTrees({ trees }: LightgbmText, columns: number): LightgbmTrees {
  const sizes = trees.map((tree, index) => leavesOf(tree, index))
  const leaf_count = sizes.reduce((all, size) => all + size, 0)
  const count = leaf_count - sizes.length
  if (leaf_count > NODES_MAX) refuse(`the trees have ${leaf_count} leaves together; ${NODES_MAX} is the most that is served`)
  const sets = new Map<number, Uint32Array>()
  const all = {
    roots: new Int32Array(trees.length),
    feature: new Int32Array(count),
    threshold: new Float64Array(count),
    kind: new Uint8Array(count),
    left: new Int32Array(count),
    right: new Int32Array(count),
    leaves: new Float64Array(leaf_count),
    sets,
  }
  let node = 0
  let leaf = 0
  trees.forEach((tree, index) => {
    const size = sizes[index] as number
    const values = numbersOf(tree, 'leaf_value', size, index)
    if (!values.every(Number.isFinite)) refuse(`tree ${index} of the LightGBM model has a leaf without a value`)
    all.leaves.set(values, leaf)
    all.roots[index] = size === 1 ? ~leaf : node
    if (size > 1) readNodes(tree, index, size, { node, leaf, columns }, all, sets)
    node += size - 1
    leaf += size
  })
  return all
}

type Tree = ReadonlyMap<string, string>

function leavesOf(tree: Tree, index: number): number {
  const leaves = Number(tree.get('num_leaves') ?? Number.NaN)
  if (!Number.isInteger(leaves) || leaves < 1 || leaves > NODES_MAX) refuse(`tree ${index} of the LightGBM model has no count of leaves`)
  if (Number(tree.get('is_linear') ?? 0) !== 0) refuse(`tree ${index} of the LightGBM model has linear leaves, which are not served`)
  return leaves
}

function numbersOf(tree: Tree, key: string, length: number | undefined, index: number): Float64Array {
  const words = (tree.get(key) ?? '').split(' ').filter(Boolean)
  if (length !== undefined && words.length !== length)
    refuse(`tree ${index} of the LightGBM model has ${words.length} numbers as ${key}, not ${length}`)
  return Float64Array.from(words, Number)
}

function readNodes(
  tree: Tree,
  index: number,
  size: number,
  at: { readonly node: number; readonly leaf: number; readonly columns: number },
  all: LightgbmTrees,
  sets: Map<number, Uint32Array>,
): void {
  const [left, right, features, thresholds, kinds] = ['left_child', 'right_child', 'split_feature', 'threshold', 'decision_type'].map(
    (key) => numbersOf(tree, key, size - 1, index),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]
  const bounds = tree.has('cat_boundaries') ? numbersOf(tree, 'cat_boundaries', undefined, index) : new Float64Array()
  const bits = tree.has('cat_threshold') ? Uint32Array.from(numbersOf(tree, 'cat_threshold', undefined, index)) : new Uint32Array()
  for (let node = 0; node < size - 1; node++) {
    const [feature, threshold, kind] = [features[node], thresholds[node], kinds[node]] as [number, number, number]
    const known = Number.isInteger(kind) && kind >= 0 && kind < 16 && kind >> 2 <= MISSING_IS_NAN
    if (!known) refuse(`tree ${index} of the LightGBM model splits in a way that is not known: ${kind}`)
    if (!(Number.isInteger(feature) && feature >= 0 && feature < at.columns)) {
      refuse(`tree ${index} of the LightGBM model splits by column ${feature}, and there are ${at.columns}`)
    }
    if (Number.isNaN(threshold)) refuse(`tree ${index} of the LightGBM model has a threshold that is no number`)
    all.feature[at.node + node] = feature
    all.threshold[at.node + node] = threshold
    all.kind[at.node + node] = kind
    all.left[at.node + node] = childOf(left[node] as number, node, size, index, at)
    all.right[at.node + node] = childOf(right[node] as number, node, size, index, at)
    if ((kind & BY_CATEGORY) === 0) continue
    const [from, to] = [bounds[threshold], bounds[threshold + 1]]
    if (from === undefined || to === undefined || !(from >= 0 && from <= to && to <= bits.length)) {
      refuse(`tree ${index} of the LightGBM model has categories out of range`)
    }
    // A view: many nodes may name the same ones, and a copy for each would grow to any size.
    sets.set(at.node + node, bits.subarray(from, to))
  }
}

function childOf(child: number, node: number, size: number, index: number, at: { readonly node: number; readonly leaf: number }): number {
  if (Number.isInteger(child) && child > node && child < size - 1) return at.node + child
  // Not by ~child: that takes 32 bits of a number, and what is far below zero would be a node again.
  if (Number.isInteger(child) && child < 0 && child >= -size) return ~(at.leaf + ~child)
  return refuse(`tree ${index} of the LightGBM model has a node ${node} with the child ${child}: it has to come behind it, or be a leaf`)
}

/** What a tree says of the row at `at`. */
export function leafValue(trees: LightgbmTrees, tree: number, rows: Float64Array, at: number): number {
  const { roots, feature, threshold, kind, left, right, leaves, sets } = trees
  let node = roots[tree] as number
  while (node >= 0) {
    const type = kind[node] as number
    const value = rows[at + (feature[node] as number)] as number
    const goes_left =
      (type & BY_CATEGORY) === 0 ? goesLeft(value, threshold[node] as number, type) : isIn(sets.get(node) as Uint32Array, value)
    node = (goes_left ? left[node] : right[node]) as number
  }
  return leaves[~node] as number
}

function goesLeft(given: number, threshold: number, type: number): boolean {
  const missing = type >> 2
  const value = Number.isNaN(given) && missing !== MISSING_IS_NAN ? 0 : given
  const is_missing = missing === MISSING_IS_NAN ? Number.isNaN(value) : missing === MISSING_IS_ZERO && value >= -ZERO && value <= ZERO
  return is_missing ? (type & DEFAULT_LEFT) !== 0 : value <= threshold
}

function isIn(bits: Uint32Array, given: number): boolean {
  const value = Math.trunc(given)
  // NaN and what is negative is no category, and goes right.
  if (!(value >= 0 && value < bits.length * 32)) return false
  return (((bits[value >> 5] as number) >>> (value & 31)) & 1) === 1
}
