import { type Flat, readCatboost, type Source } from '@millrace/formats'
import { refuse } from '../../estimator.ts'
import { Columns, type OneHot } from './columns.ts'
import { columnOf, type Feature, type FloatFeature, missingAs, type Places, placeOf, placesOf, trainedBy } from './features.ts'
import type { CatboostFile } from './file.ts'
import { EMPTY, isMean, KINDS, type Kind, type Projection, type Table, tableOf, type Use, useOf, widthOf } from './statistics.ts'
import { type CatboostTrees, DEPTH_MAX, Nodes, type Oblivious, obliviousTrees } from './trees.ts'

/** Reads CatBoost's own format (.cbm), which MLflow logs unless it is told otherwise. @throws Refused, Unreadable */
export function readCatboostBinary(source: Source): CatboostFile {
  const tables = new Map<string, Flat>()
  const { core, info, unread } = readCatboost(source, (found) => {
    const key = keyOf(tableIn(found.ModelCtrBase))
    if (tables.has(key)) refuse('the CatBoost model has the same statistics twice')
    tables.set(key, found)
  })
  if (unread.length > 0 || listIn(core.EstimatedFeatures).length > 0)
    refuse(
      `the CatBoost model computes from columns of texts or embeddings (${unread.join(', ').slice(0, 80)}), which is not served: ` +
        'train it without text_features and embedding_features, or serve it from Python',
    )
  const floats = listIn(core.FloatFeatures).map(floatFeatureOf)
  const categories = listIn(core.CatFeatures).map(featureOf)
  const others = [...listIn(core.TextFeatures), ...listIn(core.EmbeddingFeatures)].map(featureOf)
  const one_hot = listIn(core.OneHotFeatures).map((one): OneHot => ({ index: number(one, 'Index', -1), values: wholesIn(one.Values) }))
  const columns = new Columns(floats, categories, one_hot, usesOf(listIn(core.CtrFeatures), tables, floats, categories))
  const outputs = number(core, 'ApproxDimension', 0)
  if (outputs < 1) refuse('the CatBoost model has no outputs')
  return {
    features: [...floats, ...categories, ...others],
    columns,
    trees: readTrees(core, columns, outputs),
    scale: number(core, 'Scale', 1),
    bias: biasOf(core, outputs),
    trained: trainedBy((name) => info.get(name)),
  }
}

function number(table: Flat, name: string, otherwise: number): number {
  const value = table[name] ?? otherwise
  return typeof value === 'number' && Number.isFinite(value) ? value : refuse(`${name} of the CatBoost model is no finite number`)
}

const listIn = (value: Flat[string] | undefined): readonly Flat[] => (Array.isArray(value) ? (value as readonly Flat[]) : [])
const tableIn = (value: Flat[string] | undefined): Flat =>
  typeof value === 'object' && !Array.isArray(value) && !Buffer.isBuffer(value) ? (value as Flat) : {}
const bytesIn = (value: Flat[string] | undefined): Buffer => (Buffer.isBuffer(value) ? value : Buffer.alloc(0))

/** Numbers of a list, wherever in the file they lie. */
const wholesIn = (value: Flat[string] | undefined): Int32Array => {
  const bytes = bytesIn(value)
  return Int32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readInt32LE(at * 4))
}
const singlesIn = (value: Flat[string] | undefined): Float32Array => {
  const bytes = bytesIn(value)
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4))
}
const doublesIn = (value: Flat[string] | undefined): Float64Array => {
  const bytes = bytesIn(value)
  return Float64Array.from({ length: bytes.length / 8 }, (_, at) => bytes.readDoubleLE(at * 8))
}

function featureOf(feature: Flat): Feature {
  const { Index: index, FlatIndex: column, FeatureId: name } = feature
  return { index: columnOf(index), column: columnOf(column), name: typeof name === 'string' ? name : undefined }
}

/** How a missing value is taken: as it is and as false, it is beyond no border. */
const AS_TRUE = 2

function floatFeatureOf(feature: Flat): FloatFeature {
  const treatment = number(feature, 'NanValueTreatment', 0)
  if (treatment < 0 || treatment > AS_TRUE) refuse('a feature of the CatBoost model treats missing values in a way that is not known')
  const missing = missingAs(treatment === AS_TRUE, number(feature, 'HasNans', 0) !== 0)
  return { ...featureOf(feature), borders: singlesIn(feature.Borders), missing }
}

function biasOf(core: Flat, outputs: number): Float64Array {
  const several = doublesIn(core.MultiBias)
  const bias = several.length > 0 ? several : new Float64Array(outputs).fill(number(core, 'Bias', 0))
  if (bias.length !== outputs || !bias.every(Number.isFinite)) refuse(`the CatBoost model has no bias of ${outputs} numbers`)
  return bias
}

/** What statistics are of, as a text that is the same for the same. */
function keyOf(base: Flat): string {
  const { CatFeatures: categories, FloatSplits: floats, OneHotSplits: values } = tableIn(base.FeatureCombination)
  const parts = [categories, floats, values].map((part) => bytesIn(part).toString('hex'))
  return [...parts, number(base, 'CtrType', 0), number(base, 'TargetBorderClassifierIdx', 0)].join(' ')
}

function usesOf(
  features: readonly Flat[],
  found: ReadonlyMap<string, Flat>,
  floats: readonly Feature[],
  categories: readonly Feature[],
): Use[] {
  const places = { floats: placesOf(floats), categories: placesOf(categories) }
  const tables = new Map<string, Table>()
  const projections = new Map<string, Projection>()
  return features.map((feature) => {
    const use = tableIn(feature.Ctr)
    const base = tableIn(use.Base)
    const key = keyOf(base)
    const table = tables.get(key) ?? readTable(found.get(key) ?? refuse('the CatBoost model has not all statistics that it asks for'), base)
    tables.set(key, table)
    const of = key.split(' ').slice(0, 3).join(' ')
    const projection = projections.get(of) ?? projectionOf(tableIn(base.FeatureCombination), places)
    projections.set(of, projection)
    return useOf({
      projection,
      table,
      target: number(use, 'TargetBorderIdx', 0),
      prior: number(use, 'PriorNum', 0),
      weight: number(use, 'PriorDenom', 1),
      shift: number(use, 'Shift', 0),
      scale: number(use, 'Scale', 1),
      borders: singlesIn(feature.Borders),
    })
  })
}

function projectionOf({ CatFeatures, FloatSplits, OneHotSplits }: Flat, places: Places): Projection {
  const [floats, values] = [wholesIn(FloatSplits), wholesIn(OneHotSplits)]
  const borders = singlesIn(FloatSplits)
  const each = (list: Int32Array): number[] => Array.from({ length: list.length / 2 }, (_, at) => at * 2)
  return {
    categories: Array.from(wholesIn(CatFeatures), (index) => placeOf(index, places.categories)),
    borders: each(floats).map((at) => ({ float: placeOf(floats[at] as number, places.floats), border: borders[at + 1] as number })),
    values: each(values).map((at) => ({ category: placeOf(values[at] as number, places.categories), value: values[at + 1] as number })),
  }
}

/** A place in a table: eight bytes of hash, four that say which numbers are its own. */
const BUCKET_BYTES = 12

function readTable(found: Flat, base: Flat): Table {
  const kind = KINDS[number(base, 'CtrType', 0)] as Kind | undefined
  if (kind === undefined) return refuse('the CatBoost model has statistics of a kind that is not known')
  const each = widthOf(kind, number(found, 'TargetClassesCount', 0))
  const [buckets, counted] = [bytesIn(found.IndexHashRaw), bytesIn(found.CTRBlob)]
  if (buckets.length % BUCKET_BYTES !== 0 || counted.length % 4 !== 0) refuse('a table of the CatBoost model is cut off')
  const places = new Map<bigint, number>()
  for (let at = 0; at < buckets.length; at += BUCKET_BYTES) {
    const hash = buckets.readBigUInt64LE(at)
    if (hash !== EMPTY) places.set(hash, buckets.readUInt32LE(at + 8))
  }
  const is_mean = isMean(kind)
  // Of means the first of two numbers is a sum, the second a count; all others are counts.
  const numbers = Float64Array.from({ length: counted.length / 4 }, (_, at) =>
    is_mean && at % 2 === 0 ? counted.readFloatLE(at * 4) : counted.readInt32LE(at * 4),
  )
  return tableOf({ kind, places, numbers, each, denominator: number(found, 'CounterDenominator', 0) })
}

function readTrees(core: Flat, columns: Columns, outputs: number): CatboostTrees {
  const [splits, sizes, starts] = [wholesIn(core.TreeSplits), wholesIn(core.TreeSizes), wholesIn(core.TreeStartOffsets)]
  sizes.forEach((size, tree) => {
    const start = starts[tree] as number
    if (size < 0 || start < 0 || start + size > splits.length) refuse(`the tree ${tree} of the CatBoost model lies outside of it`)
  })
  const values = doublesIn(core.LeafValues)
  const [steps, leaves] = [bytesIn(core.NonSymmetricStepNodes), wholesIn(core.NonSymmetricNodeIdToLeafId)]
  if (steps.length > 0 || leaves.length > 0) {
    if (steps.length !== splits.length * 4 || leaves.length !== splits.length)
      refuse("not all nodes of the CatBoost model's trees are told")
    const nodes = new Nodes(outputs)
    const reader: NodeReader = { splits, steps, leaves, values, columns, nodes, outputs }
    return nodes.trees(Array.from(sizes, (size, tree) => readNodes(reader, starts[tree] as number, size)))
  }
  let from = 0
  const trees = Array.from(sizes, (size, tree): Oblivious => {
    if (size > DEPTH_MAX) refuse(`a tree of the CatBoost model is ${size} levels deep; ${DEPTH_MAX} are the most`)
    const start = starts[tree] as number
    const own = values.subarray(from, from + 2 ** size * outputs)
    from += own.length
    return { splits: Array.from(splits.subarray(start, start + size), (split) => columns.numbered(split)), values: own }
  })
  if (from !== values.length) refuse(`the CatBoost model has ${values.length} values of leaves, and its trees have ${from}`)
  return obliviousTrees(trees, outputs)
}

type NodeReader = {
  readonly splits: Int32Array
  /** How many nodes further each side goes on; 0 where it ends with the node's own leaf. */
  readonly steps: Buffer
  readonly leaves: Int32Array
  readonly values: Float64Array
  readonly columns: Columns
  readonly nodes: Nodes
  readonly outputs: number
}

/** Reads the nodes of a tree, and gives its root. */
function readNodes({ splits, steps, leaves, values, columns, nodes, outputs }: NodeReader, start: number, size: number): number {
  if (size === 0) return refuse('a tree of the CatBoost model has no nodes')
  const sides = (at: number): readonly [number, number] => [steps.readUInt16LE((start + at) * 4), steps.readUInt16LE((start + at) * 4 + 2)]
  const leafOf = (at: number): number => {
    const from = leaves[start + at] as number
    if (from < 0 || from + outputs > values.length)
      refuse(`a leaf of the CatBoost model is the value ${from}, and there are ${values.length}`)
    return nodes.leaf(values.subarray(from, from + outputs))
  }
  const placed = Array.from({ length: size }, (_, at) => {
    const [left, right] = sides(at)
    return left === 0 && right === 0 ? leafOf(at) : nodes.node(columns.numbered(splits[start + at]))
  })
  placed.forEach((node, at) => {
    const [left, right] = sides(at)
    if (left === 0 && right === 0) return
    const ended = left === 0 || right === 0 ? leafOf(at) : 0
    const child = (by: number): number =>
      by === 0 ? ended : (placed[at + by] ?? refuse('a node of the CatBoost model leads out of its tree'))
    nodes.join(node, child(left), child(right))
  })
  return placed[0] as number
}
