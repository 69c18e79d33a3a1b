import { isObject, type Json, type JsonObject } from '@millrace/formats'
import { refuse } from '../estimator.ts'

/** Trees that were read and checked. */
export type CatboostTrees = {
  /** Adds up what all trees say of each row: as many numbers a row as there are outputs. */
  sums(rows: Float32Array, count: number): Float64Array
}

/** CatBoost itself makes trees no deeper. */
const DEPTH_MAX = 16
const NODES_MAX = 100_000_000

/** Reads trees, all of whose levels ask the same, or each of whose nodes asks its own. @throws Refused */
export function readCatboostTrees(root: JsonObject, features: number, outputs: number): CatboostTrees {
  if (Array.isArray(root.oblivious_trees)) return oblivious(root.oblivious_trees as readonly Json[], features, outputs)
  if (Array.isArray(root.trees)) return nested(root.trees as readonly Json[], features, outputs)
  return refuse('the CatBoost model has no trees')
}

type Split = { readonly feature: number; readonly border: number }

function splitOf(split: Json | undefined, features: number): Split {
  if (!isObject(split)) return refuse('a split of the CatBoost model is no object')
  const { split_type: kind, float_feature_index: feature, border } = split
  if (kind !== 'FloatFeature')
    refuse(`the CatBoost model splits by ${String(kind).slice(0, 40)}: only splits of numbers are served, and none of categories or texts`)
  if (typeof feature !== 'number' || !Number.isInteger(feature) || feature < 0 || feature >= features)
    return refuse(`the CatBoost model splits by the feature ${String(feature)}, and there are ${features}`)
  if (typeof border !== 'number' || !Number.isFinite(border)) return refuse('a split of the CatBoost model has no border')
  return { feature, border: Math.fround(border) }
}

function valuesOf(values: Json | undefined, count: number): Float64Array {
  const list = Array.isArray(values) ? (values as readonly Json[]) : [values]
  if (list.length !== count || !list.every((value) => typeof value === 'number' && Number.isFinite(value)))
    return refuse(`a tree of the CatBoost model does not have ${count} numbers where it should`)
  return Float64Array.from(list as number[])
}

function oblivious(trees: readonly Json[], features: number, outputs: number): CatboostTrees {
  const all = trees.map((tree) => {
    if (!isObject(tree)) return refuse('a tree of the CatBoost model is no object')
    const splits = Array.isArray(tree.splits) ? (tree.splits as readonly Json[]).map((split) => splitOf(split, features)) : []
    if (splits.length > DEPTH_MAX) refuse(`a tree of the CatBoost model is ${splits.length} levels deep; ${DEPTH_MAX} are the most`)
    return {
      depth: splits.length,
      features: Int32Array.from(splits, ({ feature }) => feature),
      borders: Float32Array.from(splits, ({ border }) => border),
      values: valuesOf(tree.leaf_values, 2 ** splits.length * outputs),
    }
  })
  return {
    sums(rows, count) {
      const made = new Float64Array(count * outputs)
      for (const { depth, features: asked, borders, values } of all) {
        for (let row = 0; row < count; row++) {
          let leaf = 0
          for (let level = 0; level < depth; level++) {
            leaf |= +((rows[row * features + (asked[level] as number)] as number) > (borders[level] as number)) << level
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

/** Nodes one after the other, children behind their parents; a negative feature is a leaf. */
type Nodes = { features: number[]; borders: number[]; left: number[]; right: number[]; values: number[] }

function nested(trees: readonly Json[], features: number, outputs: number): CatboostTrees {
  const made: Nodes = { features: [], borders: [], left: [], right: [], values: [] }
  const roots = trees.map((tree) => place(tree, features, outputs, made))
  const [asked, borders, values] = [Int32Array.from(made.features), Float32Array.from(made.borders), Float64Array.from(made.values)]
  const [left, right] = [Int32Array.from(made.left), Int32Array.from(made.right)]
  return {
    sums(rows, count) {
      const sums = new Float64Array(count * outputs)
      for (const root of roots) {
        for (let row = 0; row < count; row++) {
          let node = root
          for (let feature = asked[node] as number; feature >= 0; feature = asked[node] as number) {
            node = ((rows[row * features + feature] as number) > (borders[node] as number) ? right[node] : left[node]) as number
          }
          for (let one = 0; one < outputs; one++) {
            const at = row * outputs + one
            sums[at] = (sums[at] as number) + (values[node * outputs + one] as number)
          }
        }
      }
      return sums
    },
  }
}

/** Writes a node and what is below it; what JSON can nest was limited where it was read. */
function place(node: Json | undefined, features: number, outputs: number, made: Nodes): number {
  if (!isObject(node)) return refuse('a node of the CatBoost model is no object')
  const at = made.features.length
  if (at >= NODES_MAX) refuse(`the CatBoost model has more than ${NODES_MAX} nodes`)
  const is_leaf = node.split === undefined
  const { feature, border } = is_leaf ? { feature: -1, border: 0 } : splitOf(node.split, features)
  made.features.push(feature)
  made.borders.push(border)
  made.values.push(...(is_leaf ? valuesOf(node.value, outputs) : new Float64Array(outputs)))
  made.left.push(at)
  made.right.push(at)
  if (!is_leaf) {
    made.left[at] = place(node.left, features, outputs, made)
    made.right[at] = place(node.right, features, outputs, made)
  }
  return at
}
