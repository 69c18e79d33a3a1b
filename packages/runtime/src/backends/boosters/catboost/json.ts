import { isObject, type Json, type JsonObject, readJson } from '@millrace/formats'
import { refuse } from '../../estimator.ts'
import { Columns, type OneHot, type Split } from './columns.ts'
import { columnOf, type Feature, type FloatFeature, missingAs, type Places, placeOf, placesOf, trainedBy } from './features.ts'
import type { CatboostFile } from './file.ts'
import { EMPTY, KINDS, type Kind, type Projection, type Table, tableOf, type Use, useOf, widthOf } from './statistics.ts'
import { type CatboostTrees, Nodes, obliviousTrees } from './trees.ts'

const TEXT_MAX_BYTES = 512 * 1024 * 1024
const DEPTH_MAX = 256

/** Reads CatBoost's JSON. @throws Refused, Unreadable */
export function readCatboostJson(text: string): CatboostFile {
  const { value, duplicates } = readJson(text, { depth_max: DEPTH_MAX, bytes_max: TEXT_MAX_BYTES })
  if (duplicates.length > 0) refuse('the CatBoost model has an object with the same key twice')
  const root = objectIn(value, 'the model')
  const info = objectIn(root.features_info, 'features_info')
  const floats = objectsIn(info.float_features, 'float_features').map(floatFeatureOf)
  const categorical = objectsIn(info.categorical_features, 'categorical_features')
  const categories = categorical.map(featureOf)
  const others = ['text_features', 'embedding_features'].flatMap((kind) => objectsIn(info[kind], kind).map(featureOf))
  const places = { floats: placesOf(floats), categories: placesOf(categories) }
  const tables = objectIn(root.ctr_data ?? {}, 'ctr_data')
  const read = new Map<string, Table>()
  const uses = objectsIn(info.ctrs, 'ctrs').map((use) => {
    const [name, kind] = [String(use.identifier), KINDS.find((one) => one === use.ctr_type)]
    if (kind === undefined)
      return refuse(`the CatBoost model has statistics of the kind ${String(use.ctr_type).slice(0, 40)}, which is not known`)
    const table =
      read.get(name) ?? readTable(objectIn(Object.hasOwn(tables, name) ? tables[name] : undefined, 'a table of statistics'), kind)
    read.set(name, table)
    return readUse(use, kind, table, places)
  })
  const columns = new Columns(floats, categories, categorical.flatMap(valuesOf), sharing(uses))
  const [scale, bias] = listIn(root.scale_and_bias, 'scale_and_bias')
  const added = Float64Array.from(typeof bias === 'number' ? [bias] : listIn(bias, 'the bias'), (one) => finite(one, 'the bias'))
  if (added.length === 0) refuse('the CatBoost model has no bias')
  const told = objectIn(root.model_info ?? {}, 'model_info')
  return {
    features: [...floats, ...categories, ...others],
    columns,
    trees: readTrees(root, columns, added.length),
    scale: finite(scale, 'the scale'),
    bias: added,
    trained: trainedBy((name) => (Object.hasOwn(told, name) ? told[name] : undefined)),
  }
}

const objectIn = (value: Json | undefined, what: string): JsonObject =>
  isObject(value) ? value : refuse(`${what} of the CatBoost model is no object`)
const listIn = (value: Json | undefined, what: string): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : refuse(`${what} of the CatBoost model is no list`)
const objectsIn = (value: Json | undefined, what: string): readonly JsonObject[] =>
  listIn(value ?? [], what).map((one) => objectIn(one, `one of ${what}`))
const finite = (value: Json | undefined, what: string): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : refuse(`${what} of the CatBoost model is no finite number`)
const numbersIn = (value: Json | undefined, what: string): number[] => listIn(value ?? [], what).map((one) => finite(one, what))

function featureOf({ feature_index: index, flat_feature_index: column, feature_id: name }: JsonObject): Feature {
  return { index: columnOf(index), column: columnOf(column), name: typeof name === 'string' ? name : undefined }
}

function floatFeatureOf(feature: JsonObject): FloatFeature {
  const treatment = feature.nan_value_treatment ?? 'AsIs'
  if (treatment !== 'AsIs' && treatment !== 'AsFalse' && treatment !== 'AsTrue')
    return refuse('a feature of the CatBoost model treats missing values in a way that is not known')
  return {
    ...featureOf(feature),
    borders: Float32Array.from(numbersIn(feature.borders, 'a border')),
    missing: missingAs(treatment === 'AsTrue', feature.has_nans === true),
  }
}

function valuesOf(category: JsonObject): OneHot[] {
  if (category.values === undefined) return []
  return [{ index: featureOf(category).index, values: Int32Array.from(numbersIn(category.values, 'a value')) }]
}

/** Uses of the same statistics share one projection, which is computed once a row then. */
function sharing(uses: readonly Use[]): Use[] {
  const known = new Map<string, Projection>()
  return uses.map((use) => {
    const key = JSON.stringify(use.projection)
    const projection = known.get(key) ?? use.projection
    known.set(key, projection)
    return { ...use, projection }
  })
}

function readUse(use: JsonObject, kind: Kind, table: Table, places: Places): Use {
  const projection = {
    categories: [] as number[],
    borders: [] as Projection['borders'][number][],
    values: [] as Projection['values'][number][],
  }
  for (const part of objectsIn(use.elements, 'elements')) {
    if (part.combination_element === 'cat_feature_value') projection.categories.push(placeOf(part.cat_feature_index, places.categories))
    else if (part.combination_element === 'float_feature')
      projection.borders.push({
        float: placeOf(part.float_feature_index, places.floats),
        border: Math.fround(finite(part.border, 'a border')),
      })
    else if (part.combination_element === 'cat_feature_exact_value')
      projection.values.push({ category: placeOf(part.cat_feature_index, places.categories), value: finite(part.value, 'a value') })
    else refuse('statistics of the CatBoost model are of what is not known')
  }
  if (table.kind !== kind) refuse('two of the CatBoost model take the same statistics for different ones')
  const single = (name: string): number => Math.fround(finite(use[name], name))
  return useOf({
    projection,
    table,
    target: finite(use.target_border_idx, 'target_border_idx'),
    prior: single('prior_numerator'),
    weight: single('prior_denomerator'),
    shift: single('shift'),
    scale: single('scale'),
    borders: Float32Array.from(numbersIn(use.borders, 'a border')),
  })
}

/** A hash as text and its numbers, again and again. */
function readTable(table: JsonObject, kind: Kind): Table {
  const [list, stride] = [listIn(table.hash_map, 'hash_map'), finite(table.hash_stride, 'hash_stride')]
  const each = widthOf(kind, stride - 1)
  if (stride !== each + 1 || list.length % stride !== 0) refuse('a table of the CatBoost model is not as wide as it says')
  const places = new Map<bigint, number>()
  const numbers = new Float64Array((list.length / stride) * each)
  for (let place = 0; place < list.length / stride; place++) {
    const hash = list[place * stride]
    if (typeof hash !== 'string' || !/^\d{1,20}$/.test(hash)) return refuse('a table of the CatBoost model has what is no hash')
    for (let one = 0; one < each; one++) numbers[place * each + one] = finite(list[place * stride + 1 + one], 'a count')
    if (BigInt(hash) !== EMPTY) places.set(BigInt(hash), place)
  }
  return tableOf({ kind, places, numbers, each, denominator: finite(table.counter_denominator ?? 0, 'counter_denominator') })
}

function splitOf(split: Json | undefined, columns: Columns): Split {
  if (!isObject(split)) return refuse('a split of the CatBoost model is no object')
  const { split_type: kind } = split
  if (kind === 'FloatFeature') return columns.beyond(split.float_feature_index, split.border)
  if (kind === 'OneHotFeature') return columns.is(split.cat_feature_index, split.value)
  if (kind === 'OnlineCtr') return columns.numbered(split.split_index)
  return refuse(
    `the CatBoost model splits by ${String(kind).slice(0, 40)}: splits of numbers and categories are served, none of texts or embeddings`,
  )
}

/** All trees' levels ask the same in each, or each node asks its own. */
function readTrees(root: JsonObject, columns: Columns, outputs: number): CatboostTrees {
  if (Array.isArray(root.oblivious_trees)) {
    const trees = objectsIn(root.oblivious_trees as readonly Json[], 'the trees')
    const read = trees.map(({ splits, leaf_values: values }) => ({
      splits: listIn(splits ?? [], 'splits').map((split) => splitOf(split, columns)),
      values: Float64Array.from(numbersIn(values, 'a leaf')),
    }))
    return obliviousTrees(read, outputs)
  }
  if (!Array.isArray(root.trees)) return refuse('the CatBoost model has no trees')
  const nodes = new Nodes(outputs)
  return nodes.trees((root.trees as readonly Json[]).map((tree) => place(tree, columns, nodes)))
}

/** Writes a node and what is below it; what JSON can nest was limited where it was read. */
function place(node: Json | undefined, columns: Columns, nodes: Nodes): number {
  if (!isObject(node)) return refuse('a node of the CatBoost model is no object')
  if (node.split === undefined) return nodes.leaf(typeof node.value === 'number' ? [node.value] : numbersIn(node.value, 'a leaf'))
  const at = nodes.node(splitOf(node.split, columns))
  nodes.join(at, place(node.left, columns, nodes), place(node.right, columns, nodes))
  return at
}
