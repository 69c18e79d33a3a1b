import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Frame } from '../../../backend.ts'
import { Refused } from '../../../refused.ts'
import { NdArray } from '../../arrays.ts'
import { Estimator, type Value } from '../../estimator.ts'
import { compile } from '../registry.ts'

const array = (shape: readonly number[], ...values: readonly number[]): NdArray =>
  new NdArray(shape, { numbers: Float64Array.from(values) })
const NODES = { idx_start: [0, 0, 2], idx_end: [4, 2, 4], is_leaf: [0, 1, 1], radius: [2, 1, 1] }
const nodes = (changed: Partial<typeof NODES> = {}): NdArray =>
  new NdArray([3], { fields: new Map(Object.entries({ ...NODES, ...changed }).map(([name, values]) => [name, Float64Array.from(values)])) })

/** Four rows on a line, at 0, 1, 3 and 4, in a root and two leaves that hold them in another order. */
const DATA = array([4, 1], 0, 1, 3, 4)
const ORDER = array([4], 1, 0, 3, 2)
const BOXES = array([2, 3, 1], 0, 0, 3, 4, 1, 4)
const KD = 'sklearn.neighbors._kd_tree.KDTree'
const tree = (changed: { data?: Value; order?: Value; nodes?: Value; bounds?: Value; of?: string } = {}): Estimator =>
  new Estimator(
    changed.of ?? KD,
    new Map([['state', [changed.data ?? DATA, changed.order ?? ORDER, changed.nodes ?? nodes(), changed.bounds ?? BOXES]]]),
  )

function model(of: Value, more: Readonly<Record<string, Value>> = {}) {
  const state = {
    n_features_in_: 1,
    n_neighbors: 1,
    weights: 'uniform',
    effective_metric_: 'euclidean',
    effective_metric_params_: new Map(),
    _fit_method: 'kd_tree',
    _y: array([4], 10, 11, 13, 14),
    _tree: of,
    ...more,
  }
  return compile(new Estimator('sklearn.neighbors._regression.KNeighborsRegressor', new Map(Object.entries(state))))
}
const at = (...places: readonly number[]): Frame => ({ rows: places.length, columns: undefined, data: [Float64Array.from(places)] })

describe('of neighbours that are equally near, those count that the search of the tree comes to first', () => {
  test('half way between two leaves the first is searched first, and its nearest stays', () => {
    assert.deepEqual([...(model(tree()).predict?.(at(2, 2.1, 0, 4))?.values ?? [])], [11, 13, 10, 14])
  })

  test('within a leaf the order is the one in which the tree holds its rows', () => {
    assert.equal(model(tree()).predict?.(at(0.5))?.values[0], 11)
    assert.equal(model(tree({ order: array([4], 0, 1, 3, 2) })).predict?.(at(0.5))?.values[0], 10)
  })

  test('by brute force it is the order of the rows', () => {
    assert.equal(model(null, { _fit_method: 'brute', _fit_X: DATA }).predict?.(at(0.5))?.values[0], 10)
  })
})

describe('trees of neighbours that would read outside, search without end or crash are refused when they are read', () => {
  for (const [what, of, why] of [
    ['a row that there is not', tree({ order: array([4], 1, 0, 3, 9) }), /names the row 9, and there are 4/],
    ['a row below zero', tree({ order: array([4], 1, 0, 3, -1) }), /names the row -1/],
    ['half a row', tree({ order: array([4], 1, 0, 3, 0.5) }), /names the row 0\.5/],
    ['a row twice', tree({ order: array([4], 1, 1, 3, 2) }), /names the row 1 twice/],
    ['fewer rows than its data', tree({ order: array([3], 1, 0, 2) }), /idx_array has the shape \(3\)/],
    ['children that there are not', tree({ nodes: nodes({ is_leaf: [0, 0, 1] }) }), /has children of node 1 that there are not/],
    ['children that share a row', tree({ nodes: nodes({ idx_start: [0, 0, 1] }) }), /children of node 0 that do not share out/],
    ['children that leave a row out', tree({ nodes: nodes({ idx_end: [4, 1, 4] }) }), /children of node 0 that do not share out/],
    ['a range that ends in no row', tree({ nodes: nodes({ idx_end: [4, 1e15, 4], idx_start: [0, 0, 1e15] }) }), /do not share out/],
    ['a range that is no number', tree({ nodes: nodes({ idx_end: [4, Number.NaN, 4] }) }), /do not share out/],
    ['a root of other rows', tree({ nodes: nodes({ idx_end: [9, 2, 9] }) }), /does not begin with a node of all 4 rows/],
    ['no nodes', tree({ nodes: new NdArray([0], { fields: new Map() }) }), /node_data is no array of nodes/],
    ['nodes that are no records', tree({ nodes: array([3], 1, 2, 3) }), /node_data is no array of nodes/],
    ['no radius', tree({ nodes: nodes({ radius: [1, Number.NaN, 1] }) }), /has no radius at node 1/],
    ['boxes for fewer nodes', tree({ bounds: array([2, 1, 1], 0, 4) }), /bounds has the shape \(2, 1, 1\)/],
    ['a box without an end', tree({ bounds: array([2, 3, 1], 0, 0, 3, 4, Number.POSITIVE_INFINITY, 4) }), /no finite number/],
    ['data that is no table', tree({ data: array([4], 0, 1, 3, 4) }), /data has the shape \(4\)/],
    ['data that is not there', tree({ data: 'x' }), /data is no array of numbers/],
    ['no state', new Estimator(KD, new Map()), /state is no list/],
    ['a tree of decisions', tree({ of: 'sklearn.tree._tree.Tree' }), /_tree is a Tree/],
    ['no tree', null, /_tree is not there/],
  ] as const) {
    test(what, () => {
      assert.throws(
        () => model(of),
        (error) => error instanceof Refused && why.test(error.message),
      )
    })
  }

  test('more neighbours than rows, and targets of other rows', () => {
    assert.throws(() => model(tree(), { n_neighbors: 5 }), /n_neighbors is not a count from 1 to 4/)
    assert.throws(() => model(tree(), { _y: array([3], 1, 2, 3) }), /_y has the shape \(3\)/)
  })

  test('any four numbers for each field of the nodes are refused or searched', () => {
    let refused = 0
    for (let seed = 0; seed < 3000; seed++) {
      const drawn = (one: number): number => [0, 1, 2, 3, 4, -1, Number.NaN, 7][(Math.imul(seed * 31 + one, 2654435761) >>> 16) % 8] ?? 0
      const changed = { idx_start: [0, drawn(1), drawn(2)], idx_end: [4, drawn(3), drawn(4)], is_leaf: [seed % 2, drawn(5), 1] }
      try {
        const [found] = model(tree({ nodes: nodes(changed) })).predict?.(at(2))?.values ?? []
        assert.ok(typeof found === 'number' && found >= 10 && found <= 14)
      } catch (error) {
        assert.ok(error instanceof Refused, `${seed}: ${(error as Error).stack}`)
        refused++
      }
    }
    assert.ok(refused > 300 && refused < 3000, `${refused} were refused`)
  })
})
