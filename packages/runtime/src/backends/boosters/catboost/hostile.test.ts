import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { memorySource } from '@millrace/formats'
import { InputProblem } from '../../../backend.ts'
import { Refused } from '../../../refused.ts'
import { catboostFile } from '../../../testing/booster-files.ts'
import { type CatboostTold, catboostBinary, categoryHash } from '../../../testing/catboost-file.ts'
import { cityHash64 } from './city-hash.ts'
import { catboostBinaryBackend, catboostJsonBackend } from './model.ts'

const read = (told: CatboostTold = {}) => catboostBinaryBackend(memorySource(catboostBinary(told)), 'CatBoost')
const frame = {
  rows: 4,
  columns: ['a', 'b', 'c'],
  data: [Float64Array.of(0, 1, 1, Number.NaN), Float64Array.of(0, 0, 0, 0), ['x', 'x', 'y', 'y']],
}
const refusedAs = (why: RegExp) => (error: unknown) => error instanceof Refused && why.test(error.message)

describe("CatBoost's own format", () => {
  test('a category is told apart, and what was counted of it asked', () => {
    assert.deepEqual(read().feature_names, ['a', 'b', 'c'])
    // x: is it, and (3 + 1) / (4 + 1) * 10 is beyond 5; y is not it and was never seen: (0 + 1) / (0 + 1) * 10.
    assert.deepEqual([...read().predict(frame).values], [12.5, 14.5, 10.5, 8.5])
  })

  test('nodes that ask each for itself, one of which ends on one side with its own leaf', () => {
    const steps = [[0, 1, 0], [1, 0, 1], [0, 0, 2]] as const // biome-ignore format: a node each
    const nodes = read({ splits: [0, 1, 0], nodes: steps, values: [10, 20, 30] })
    // Beyond 0.5 and not x goes on to the last; below 0.5 ends with the first node's own leaf, and x with the second's.
    assert.deepEqual([...nodes.predict(frame).values], [20.5, 40.5, 60.5, 20.5])
  })

  test('categories are texts and whole numbers; what CatBoost itself refuses is refused', () => {
    const of = (...cells: (string | number | boolean | null)[]) =>
      read().predict({ ...frame, data: [frame.data[0] ?? [], frame.data[1] ?? [], cells] })
    assert.deepEqual([...of('x', 3, true, 'y').values], [12.5, 10.5, 10.5, 8.5])
    assert.throws(
      () => of('x', 1.5, 'x', 'x'),
      (error) => error instanceof InputProblem && /row 2 of "c" is the number 1\.5/.test(error.message),
    )
    assert.throws(
      () => of('x', 'x', null, 'x'),
      (error) => error instanceof InputProblem && /row 3 of "c" is missing/.test(error.message),
    )
  })

  test('the second class is predicted from the probability on that was set', () => {
    const info = { params: '{"loss_function":{"type":"Logloss"}}', class_params: '{"class_names":["no","yes"]}' }
    const of = (told: Record<string, string>) =>
      catboostBinaryBackend(
        memorySource(catboostBinary({ values: [-1, -0.4, -0.2, 0, 0, 0.1, 0.2, 0.3], info: { ...info, ...told } })),
        'CatBoostClassifier',
      )
    assert.deepEqual(of({}).predict(frame).values, ['yes', 'yes', 'yes', 'yes'])
    assert.deepEqual(of({ binclass_probability_threshold: '0.7' }).predict(frame).values, ['yes', 'yes', 'no', 'no'])
    assert.throws(() => of({ binclass_probability_threshold: '1' }), refusedAs(/from a probability on that is none/))
  })

  for (const [what, told, why] of [
    ['a split that there is not', { splits: [0, 1, 3] }, /asks the split 3, and there are 3/],
    ['a negative split', { splits: [-1, 1, 2] }, /asks the split -1/],
    ['a tree that is deeper than there are splits', { sizes: [4] }, /lies outside/],
    ['a tree of 2^30 leaves', { splits: new Array(30).fill(0), sizes: [30] }, /30 levels deep/],
    ['a tree that begins before the first', { starts: [-1] }, /lies outside/],
    ['fewer leaves than its trees have', { values: [1, 2] }, /does not have 8 numbers/],
    ['more leaves than its trees have', { values: new Array(9).fill(1) }, /has 9 values of leaves, and its trees have 8/],
    ['a leaf that is no number', { values: [Number.NaN, 1, 2, 3, 4, 5, 6, 7] }, /does not have 8 numbers/],
    ['no outputs', { outputs: 0 }, /no outputs/],
    ['more outputs than memory', { outputs: 2 ** 31 - 1 }, /2147483647|memory|Invalid typed array length/],
    ['a column twice', { column: 1 }, /same column/],
    ['a column before the first', { column: -1 }, /no column/],
    ['a value of a category that there is not', { one_hot: 7 }, /the category 7/],
    ['statistics that are not there', { of: 5 }, /not all statistics/],
    ['statistics of a kind that is not known', { kind: 9 }, /a kind that is not known/],
    ['statistics for a class that there is not', { target: 1 }, /a class that there is not/],
    ['statistics of one class', { classes: 1 }, /count no classes/],
    ['statistics that lead out of their numbers', { place: 1 }, /lead out of their numbers/],
    ['a child behind the last node', { splits: [0], sizes: [1], nodes: [[1, 2, 0]], values: [1] }, /leads out of its tree/],
    ['a leaf that there is not', { splits: [0], sizes: [1], nodes: [[0, 0, 9]], values: [1] }, /is the value 9/],
    ['a tree without nodes', { splits: [0], sizes: [0], nodes: [[0, 0, 0]], values: [1] }, /has no nodes/],
    ['nodes without their steps', { splits: [0, 1, 2], nodes: [[0, 0, 0]] }, /not all nodes/],
    ['texts', { parts: ['static_provider_v1', 'text_process_v2'] }, /text_process_v2.*not served/],
  ] as const satisfies readonly (readonly [string, CatboostTold, RegExp])[]) {
    test(`with ${what} is refused when it is read`, () => {
      assert.throws(() => read(told), what === 'more outputs than memory' ? /./ : refusedAs(why))
    })
  }
})

describe("CatBoost's JSON", () => {
  const statistics = {
    features_info: {
      float_features: [{ flat_feature_index: 0, feature_index: 0, feature_id: 'a', borders: [0.5] }],
      categorical_features: [{ flat_feature_index: 1, feature_index: 0, feature_id: 'c', values: [categoryHash('x')] }],
      ctrs: [
        {
          identifier: 'of c',
          ctr_type: 'Counter',
          elements: [{ combination_element: 'cat_feature_value', cat_feature_index: 0 }],
          ...{ target_border_idx: 0, prior_numerator: 0, prior_denomerator: 1, shift: 0, scale: 10, borders: [5] },
        },
      ],
    },
    ctr_data: { 'of c': { hash_map: [String(hashOf('x')), 8], hash_stride: 2, counter_denominator: 9 } },
    oblivious_trees: [{ splits: [{ split_type: 'OnlineCtr', split_index: 2, border: 5 }], leaf_values: [-1, 1] }],
  }
  const json = (more: object) => catboostJsonBackend(catboostFile('oblivious_trees', { ...statistics, ...more }), 'CatBoost')

  test('statistics of categories are asked', () => {
    const { values } = json({}).predict({ rows: 2, columns: undefined, data: [Float64Array.of(0, 0), ['x', 'never seen']] })
    assert.deepEqual([...values], [1.5, -0.5])
  })

  for (const [what, more, why] of [
    [
      'a split that there is not',
      { oblivious_trees: [{ splits: [{ split_type: 'OnlineCtr', split_index: 3 }], leaf_values: [1, 1] }] },
      /the split 3/,
    ],
    ['statistics that are not there', { ctr_data: {} }, /a table of statistics/],
    [
      'statistics named as what every object has',
      { ctr_data: {}, features_info: { ctrs: [{ identifier: 'toString', ctr_type: 'Counter' }] } },
      /a table of statistics/,
    ],
    ['a table that is not as wide as it says', { ctr_data: { 'of c': { hash_map: ['1'], hash_stride: 2 } } }, /not as wide/],
    ['a table of a width below zero', { ctr_data: { 'of c': { hash_map: ['1'], hash_stride: -1 } } }, /not as wide/],
    ['what is no hash', { ctr_data: { 'of c': { hash_map: ['0x1', 1], hash_stride: 2 } } }, /no hash/],
    [
      'a value of a category that there is not',
      { oblivious_trees: [{ splits: [{ split_type: 'OneHotFeature', cat_feature_index: 4, value: 1 }], leaf_values: [1, 1] }] },
      /the category 4/,
    ],
  ] as const) {
    test(`with ${what} is refused when it is read`, () => {
      assert.throws(() => json(more), refusedAs(why))
    })
  }
})

function hashOf(text: string): bigint {
  const part = BigInt.asUintN(64, BigInt(categoryHash(text)))
  return BigInt.asUintN(64, 0x4906ba494954cb65n * 0x4906ba494954cb65n * part)
}

/** By the length of a text's beginning: written by CatBoost 1.2.10, which puts the hashes of the values of categories into its JSON. */
const HASHES: readonly (readonly [number, number])[] = [
  [1, -1567998935],
  [2, 487674594],
  [3, -310865401],
  [4, 1049631940],
  [7, 1954932321],
  [8, -1654982031],
  [9, 916302736],
  [15, 1798297211],
  [16, 1983385559],
  [17, -1419449554],
  [24, -1296800246],
  [31, -238514999],
  [32, -469378793],
  [33, 211934129],
  [48, -1519557439],
  [58, -1423750962],
  [62, 1454060206],
  [63, -752413809],
  [64, 1250050038],
  [100, 610217474],
  [126, -1285885616],
  [127, 1793762987],
  [128, 1211037505],
  [190, -765248462],
  [300, -1386763676],
]

test('texts of every length are known by the hashes that CatBoost gave them', () => {
  const text = 'the quick brown fox jumps over the lazy dog, and the dog — grün vor Neid — sleeps on until the evening comes; '.repeat(3)
  for (const [length, hash] of HASHES)
    assert.equal(Number(BigInt.asIntN(32, cityHash64(Buffer.from(text.slice(0, length))))), hash, `${length}`)
})
