import { type Json, readJson, type Source } from '@millrace/formats'
import type { Backend, Frame, Label, Prediction } from '../../backend.ts'
import { refuse } from '../estimator.ts'
import { greatest, type Inputs, rowsOf } from '../matrix.ts'
import { type Node, readXgboostFile } from './xgboost-file.ts'
import { addTrees, readBoosted } from './xgboost-trees.ts'

const COLUMNS_MAX = 1_000_000
const GROUPS_MAX = 10_000

type Link = { readonly toMargin: (base: number) => number; readonly ofRow: (sums: Float32Array, at: number, count: number) => void }

const f32 = Math.fround
const same = (base: number): number => base
const sigmoid = (score: number): number => f32(1 / f32(f32(f32(Math.exp(-score)) + 1) + f32(1e-16)))
const each =
  (change: (score: number) => number) =>
  (sums: Float32Array, at: number, count: number): void => {
    for (let one = at; one < at + count; one++) sums[one] = change(sums[one] as number)
  }
const IDENTITY: Link = { toMargin: same, ofRow: () => undefined }
const LOGISTIC: Link = { toMargin: (base) => f32(-Math.log(f32(f32(1 / base) - 1))), ofRow: each(sigmoid) }
const POWER: Link = { toMargin: (base) => f32(Math.log(base)), ofRow: each((score) => f32(Math.exp(score))) }
const SOFTMAX: Link = { toMargin: same, ofRow: shares }

const LINKS: Readonly<Record<string, Link>> = {
  'binary:logistic': LOGISTIC,
  'reg:logistic': LOGISTIC,
  'binary:logitraw': IDENTITY,
  'binary:hinge': { toMargin: same, ofRow: each((score) => (score > 0 ? 1 : 0)) },
  'count:poisson': POWER,
  'reg:gamma': POWER,
  'reg:tweedie': POWER,
  'survival:cox': POWER,
  'multi:softprob': SOFTMAX,
  'multi:softmax': SOFTMAX,
  ...Object.fromEntries(
    ['squarederror', 'squaredlogerror', 'absoluteerror', 'pseudohubererror', 'quantileerror'].map((name) => [`reg:${name}`, IDENTITY]),
  ),
  ...Object.fromEntries(['pairwise', 'ndcg', 'map'].map((name) => [`rank:${name}`, IDENTITY])),
}

function shares(sums: Float32Array, at: number, count: number): void {
  let most = Number.NEGATIVE_INFINITY
  for (let one = at; one < at + count; one++) most = Math.max(most, sums[one] as number)
  let sum = 0
  for (let one = at; one < at + count; one++) sum += sums[one] = f32(Math.exp(f32((sums[one] as number) - most)))
  for (let one = at; one < at + count; one++) sums[one] = (sums[one] as number) / f32(sum)
}

/** What a booster says of rows: `groups` numbers each, after its link. */
export type Booster = {
  readonly inputs: Inputs
  readonly groups: number
  readonly objective: string
  scores(frame: Frame): Float32Array
}

/** Reads a model of XGBoost, JSON or UBJSON. `of_estimator` is whether scikit-learn's interface predicts. @throws Refused, Unreadable */
export function readXgboost(source: Source, of_estimator: boolean): Booster {
  const file = readXgboostFile(source)
  // What Python pickles of a booster has its configuration beside the model.
  const learner = (file.get('Model').exists ? file.get('Model') : file).get('learner')
  const objective = learner.get('objective').get('name').text()
  const link = LINKS[objective] ?? refuse(`the XGBoost model has the objective ${objective.slice(0, 60)}, which is not served`)
  const parameters = learner.get('learner_model_param')
  const columns = parameters.get('num_feature').count(1, COLUMNS_MAX)
  const targets = parameters.get('num_target').exists ? parameters.get('num_target').count(1, GROUPS_MAX) : 1
  const groups = Math.max(1, parameters.get('num_class').count(0, GROUPS_MAX), targets)
  const base = baseOf(parameters.get('base_score'), groups).map((one) => f32(link.toMargin(f32(one))))
  if (!base.every(Number.isFinite)) refuse('the XGBoost model starts at what is no number')
  const inputs: Inputs = { columns, names: namesOf(learner, columns), allows_missing: true }
  const add = adderOf(learner, columns, groups, of_estimator)
  return {
    inputs,
    groups,
    objective,
    scores: (frame) => {
      const rows = rowsOf(frame, inputs, Float32Array)
      const sums = new Float32Array(frame.rows * groups)
      for (let row = 0, at = 0; row < frame.rows; row++, at += groups) {
        sums.set(base, at)
        add(rows, row * columns, sums, at)
        link.ofRow(sums, at, groups)
      }
      return sums
    },
  }
}

type Add = (rows: Float32Array, at: number, sums: Float32Array, to: number) => void

function adderOf(learner: Node, columns: number, groups: number, of_estimator: boolean): Add {
  const booster = learner.get('gradient_booster')
  const name = booster.get('name').text()
  if (name === 'gblinear')
    return linear(
      booster
        .get('model')
        .get('weights')
        .numbers((columns + 1) * groups),
      columns,
      groups,
    )
  if (name !== 'gbtree' && name !== 'dart') return booster.refuse(`is a ${name.slice(0, 60)}, which is not served`)
  const model = (name === 'dart' ? booster.get('gbtree') : booster).get('model')
  const trees = model.get('trees').nodes()
  const info = Int32Array.from(model.get('tree_info').numbers(trees.length))
  if (!info.every((group) => group >= 0 && group < groups)) model.refuse(`adds to an output that there is not: there are ${groups}`)
  const weights =
    name === 'dart' ? Float32Array.from(booster.get('weight_drop').numbers(trees.length)) : new Float32Array(trees.length).fill(1)
  const all = readBoosted(trees, info, weights, columns)
  const last = of_estimator ? lastOf(learner, model, trees.length) : trees.length
  return (rows, at, sums, to) => addTrees(all, rows, at, sums, to, last)
}

/** Training that was stopped early notes its best round; scikit-learn's interface predicts with the rounds until then. */
function lastOf(learner: Node, model: Node, count: number): number {
  const best = learner.get('attributes').get('best_iteration')
  if (!best.exists) return count
  const ends = model.get('iteration_indptr').numbers()
  const end = ends[best.count(0, ends.length - 2) + 1]
  return end !== undefined && end >= 0 && end <= count ? end : model.refuse('has rounds out of range')
}

function linear(weights: ArrayLike<number>, columns: number, groups: number): Add {
  const all = Float32Array.from(weights)
  if (!all.every(Number.isFinite)) refuse('the XGBoost model has a weight that is no number')
  return (rows, at, sums, to) => {
    for (let group = 0; group < groups; group++) {
      let sum = f32((all[columns * groups + group] as number) + (sums[to + group] as number))
      for (let column = 0; column < columns; column++) {
        const value = rows[at + column] as number
        if (!Number.isNaN(value)) sum = f32(sum + f32(value * (all[column * groups + group] as number)))
      }
      sums[to + group] = sum
    }
  }
}

/** `base_score`: a number as text, or since 3.1 a list of them. */
function baseOf(node: Node, groups: number): Float64Array {
  const { value } = readJson(node.text())
  const found = typeof value === 'number' ? [value] : Array.isArray(value) ? (value as readonly Json[]) : node.refuse('is no number')
  if (!found.every((one) => typeof one === 'number' && Number.isFinite(one)) || (found.length !== 1 && found.length !== groups))
    node.refuse('is no number')
  return Float64Array.from({ length: groups }, (_, group) => found[found.length === 1 ? 0 : group] as number)
}

function namesOf(learner: Node, columns: number): readonly string[] | undefined {
  const node = learner.get('feature_names')
  const names = node.exists ? node.texts() : []
  if (names.length === 0) return undefined
  return names.length === columns ? names : node.refuse(`has ${names.length} names for ${columns} columns`)
}

/** The backend of a model: as `Booster.predict` when no class of scikit-learn's interface is told, else as that class predicts. */
export function xgboostBackend(source: Source, model_class: string): Backend {
  const name = model_class.slice(model_class.lastIndexOf('.') + 1)
  const of_estimator = name !== 'Booster'
  const booster = readXgboost(source, of_estimator)
  const { inputs, objective, groups } = booster
  const backend = {
    kind: `XGBoost ${name} (${objective})`,
    inputs: inputs.columns,
    ...(inputs.names && { feature_names: inputs.names }),
  }
  const plain = (frame: Frame): Prediction => ({ values: Float64Array.from(booster.scores(frame)), columns: groups })
  const is_classifier = /Classifier$/.test(name) && (objective.startsWith('multi:') || objective === 'binary:logistic')
  const classes = Array.from({ length: Math.max(2, groups) }, (_, label) => label)
  if (is_classifier) return { ...backend, classes, ...classifierOf(booster, classes) }
  if (objective === 'multi:softmax') return { ...backend, predict: (frame) => greatest(booster.scores(frame), classes) }
  return { ...backend, predict: plain }
}

/** What predicts one of some classes, from shares in float32. */
export function classifierOf({ scores, groups }: Booster, classes: readonly Label[]): Required<Pick<Backend, 'predict' | 'predictProba'>> {
  const both = (frame: Frame): Float32Array => {
    const found = scores(frame)
    if (groups > 1) return found
    return Float32Array.from({ length: found.length * 2 }, (_, at) => {
      const second = found[at >> 1] as number
      return at % 2 === 1 ? second : 1 - second
    })
  }
  return {
    predict: (frame) => greatest(both(frame), classes),
    predictProba: (frame) => ({ values: Float64Array.from(both(frame)), columns: classes.length }),
  }
}
