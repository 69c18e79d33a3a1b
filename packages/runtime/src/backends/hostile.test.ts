import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { memorySource } from '@millrace/formats'
import { Refused } from '../refused.ts'
import { lightgbmFile as lightgbm, xgboostFile as xgboost } from '../testing/booster-files.ts'
import { lightgbmBackend } from './boosters/lightgbm.ts'
import { xgboostBackend } from './boosters/xgboost.ts'

const frame = { rows: 3, columns: undefined, data: [Float64Array.of(0, 1, Number.NaN), Float64Array.of(0, 0, 0)] }
const readXgboost = (bytes: Buffer) => xgboostBackend(memorySource(bytes), 'xgboost.core.Booster')

const CATEGORIES = { split_type: [1, 0, 0], categories_nodes: [0], categories_segments: [0], categories_sizes: [2], categories: [0, 1] }

describe('models that would hang or crash an evaluator are refused when they are read', () => {
  test('the models that the cases below change are served', () => {
    assert.deepEqual([...readXgboost(xgboost()).predict(frame).values], [-0.5, 1.5, -0.5])
    assert.deepEqual([...lightgbmBackend(lightgbm()).predict(frame).values], [-1, 1, -1])
    const by_category = readXgboost(xgboost({ ...CATEGORIES, categories_sizes: [1], categories: [1] }))
    assert.deepEqual([...by_category.predict(frame).values], [-0.5, 1.5, -0.5])
  })

  for (const [what, bytes, why] of [
    ['a circle of nodes', xgboost({ right_children: [0, -1, -1] }), /leads to node 0 twice/],
    ['a child that there is not', xgboost({ left_children: [7, -1, -1] }), /the child 7, and there are 3/],
    ['a child that is no whole number', xgboost({ left_children: [1.5, -1, -1] }), /the child 1\.5/],
    ['a column that there is not', xgboost({ split_indices: [2, 0, 0] }), /splits by column 2, and there are 2/],
    ['a threshold that is no number', xgboost({ split_conditions: ['NaN', -1, 1] }), /has no number at node 0/],
    ['lists of different lengths', xgboost({ split_conditions: [0.5] }), /has 1 numbers, and has to have 3/],
    ['categories that there are not', xgboost({ ...CATEGORIES, categories_sizes: [9] }), /has categories out of range/],
    ['no categories where it splits by them', xgboost({ split_type: [1, 0, 0] }), /splits by category at node 0, and names none/],
    [
      'the same categories for each of many nodes',
      xgboost({ ...CATEGORIES, categories_nodes: [0, 0], categories_segments: [0, 0], categories_sizes: [2, 2] }),
      /shares categories among nodes/,
    ],
    ['no nodes', xgboost({ left_children: [] }), /has no nodes/],
    ['an objective that is not known', xgboost({}, { objective: { name: 'reg:own' } }), /the objective reg:own/],
  ] as const) {
    test(`XGBoost with ${what}`, () => {
      assert.throws(
        () => readXgboost(bytes),
        (error) => error instanceof Refused && why.test(error.message),
      )
    })
  }

  for (const [what, text, why] of [
    ['a circle of nodes', lightgbm({ left_child: '0' }), /a node 0 with the child 0/],
    ['a leaf that there is not', lightgbm({ right_child: '-9' }), /a node 0 with the child -9/],
    ['a column that there is not', lightgbm({ split_feature: '2' }), /splits by column 2/],
    ['a threshold that is no number', lightgbm({ threshold: 'nan' }), /a threshold that is no number/],
    [
      'categories that there are not',
      lightgbm({ decision_type: '1', cat_boundaries: '0 9', cat_threshold: '1', threshold: '0' }),
      /out of range/,
    ],
    ['more leaves than it has', lightgbm({ num_leaves: '1000000' }), /numbers as leaf_value/],
  ] as const) {
    test(`LightGBM with ${what}`, () => {
      assert.throws(
        () => lightgbmBackend(text),
        (error) => error instanceof Refused && why.test(error.message),
      )
    })
  }
})

/** Bytes with a few of them changed, the same each time. */
function changed(bytes: Buffer, seed: number): Buffer {
  const copy = Buffer.from(bytes)
  let state = seed * 2654435761 + 1
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state % below
  }
  for (let change = 0; change < 1 + (seed % 4); change++) copy[next(copy.length)] = 32 + next(95)
  return seed % 5 === 0 ? copy.subarray(0, next(copy.length)) : copy
}

describe('a changed file is refused or served, and neither crashes nor hangs', () => {
  for (const [name, bytes, read] of [
    ['XGBoost', xgboost(), readXgboost],
    ['LightGBM', Buffer.from(lightgbm()), (text: Buffer) => lightgbmBackend(text.toString('utf8'))],
  ] as const) {
    test(name, () => {
      let refused = 0
      for (let seed = 1; seed <= 3000; seed++) {
        try {
          assert.equal(read(changed(bytes, seed)).predict(frame).values.length % 3, 0)
        } catch (error) {
          assert.ok(['Refused', 'Unreadable', 'InputProblem'].includes((error as Error).name), `${seed}: ${(error as Error).stack}`)
          refused++
        }
      }
      assert.ok(refused > 300 && refused < 3000, `${refused} were refused`)
    })
  }
})
