import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { memorySource } from '@millrace/formats'
import { skopsBackend } from '../../packages/runtime/src/backends/skops/model.ts'
import { array, floats, json, LEAF, nodes, npy, TREE, treeModel } from '../../tools/corpus/skops-model.ts'

const frame = { rows: 2, columns: undefined, data: [Float64Array.of(0, 1), Float64Array.of(0, 0)] }
const callable = { __class__: 'system', __module__: 'os', __loader__: 'FunctionNode', content: 'os.system' }
const unknown = { __class__: 'Popen', __module__: 'subprocess', __loader__: 'ObjectNode', content: null }

describe('files of skops that would run code, hang or crash are refused when they are read', () => {
  test('the file that the cases below change is served', () => {
    assert.deepEqual([...skopsBackend(memorySource(treeModel(TREE))).predict(frame).values], [-1, 1])
  })

  for (const [what, bytes, why] of [
    ['a function anywhere', treeModel(TREE, { extra: callable }), /asks for os\.system \(FunctionNode\)/],
    ['a method anywhere', treeModel(TREE, { extra: { ...callable, __loader__: 'MethodNode' } }), /MethodNode/],
    ['a partial anywhere', treeModel(TREE, { extra: { ...callable, __loader__: 'PartialNode' } }), /PartialNode/],
    ['a class that is not known', treeModel(TREE, { extra: unknown }), /subprocess\.Popen, a class that is not served/],
    ['a circle of nodes', treeModel(nodes([0, 2, 0, 0.5], LEAF, LEAF)), /has the children 0 and 2/],
    ['a child that there is not', treeModel(nodes([1, 9, 0, 0.5], LEAF, LEAF)), /has the children 1 and 9/],
    ['a column that there is not', treeModel(nodes([1, 2, 2, 0.5], LEAF, LEAF)), /splits by column 2/],
    ['no threshold', treeModel(nodes([1, 2, 0, Number.NaN], LEAF, LEAF)), /has no threshold/],
    ['a shape that multiplies past 2^53', treeModel(TREE, {}, npy("'<f8'", [2 ** 40, 2 ** 40, 1], Buffer.alloc(8))), /too big/],
    ['fewer bytes than its shape', treeModel(TREE, {}, floats([3, 1, 1], 0)), /an array of 24 bytes has 8/],
    ['objects in an array', treeModel(TREE, {}, npy("'|O'", [1], Buffer.alloc(8))), /no data/],
    ['an array that is not there', treeModel(TREE, { classes_: array('9.npy') }), /says that it holds "9\.npy"/],
    [
      'a reference to what is not there',
      treeModel(TREE, { extra: { ...json(1), __loader__: 'CachedNode', __id__: 5 } }),
      /does not come before/,
    ],
  ] as const) {
    test(what, () => {
      assert.throws(
        () => skopsBackend(memorySource(bytes)),
        (error) => why.test((error as Error).message),
      )
    })
  }

  test('a changed file is refused or served', () => {
    let refused = 0
    for (let seed = 1; seed <= 3000; seed++) {
      const changed = Buffer.from(TREE)
      for (let change = 0; change <= seed % 3; change++) changed[(Math.imul(seed + change, 2654435761) >>> 0) % changed.length] = seed % 256
      try {
        assert.equal(skopsBackend(memorySource(treeModel(changed))).predict(frame).values.length, 2)
      } catch (error) {
        assert.ok(['Refused', 'Unreadable'].includes((error as Error).name), `${seed}: ${(error as Error).stack}`)
        refused++
      }
    }
    assert.ok(refused > 300 && refused < 3000, `${refused} were refused`)
  })
})
