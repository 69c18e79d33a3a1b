import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { memorySource } from '@millrace/formats'
import { skopsBackend } from '../../packages/runtime/src/backends/skops/model.ts'
import { zip } from '../../tools/corpus/zip.ts'

type Node = Record<string, unknown>

/** A `.npy` of 64-bit floats, or of a table of nodes. */
function npy(descr: string, shape: readonly number[], data: Buffer): Buffer {
  const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': (${shape.map((size) => `${size},`).join('')}), }\n`
  const start = Buffer.from('\x93NUMPY\x01\x00\0\0', 'latin1')
  start.writeUInt16LE(text.length, 8)
  return Buffer.concat([start, Buffer.from(text), data])
}

const floats = (shape: readonly number[], ...values: number[]): Buffer => npy("'<f8'", shape, Buffer.from(Float64Array.from(values).buffer))
const NODES = "[('left_child', '<i8'), ('right_child', '<i8'), ('feature', '<i8'), ('threshold', '<f8')]"

/** A table of nodes: left, right, column, threshold of each. */
function nodes(...rows: readonly (readonly [number, number, number, number])[]): Buffer {
  const data = Buffer.alloc(rows.length * 32)
  rows.forEach((row, at) => {
    for (let field = 0; field < 3; field++) data.writeBigInt64LE(BigInt(row[field] as number), at * 32 + field * 8)
    data.writeDoubleLE(row[3], at * 32 + 24)
  })
  return npy(NODES, [rows.length], data)
}

const LEAF = [-1, -1, -2, -2] as const
const json = (value: unknown): Node => ({
  __class__: 'str',
  __module__: 'builtins',
  __loader__: 'JsonNode',
  content: JSON.stringify(value),
})
const array = (file: string): Node => ({ __class__: 'ndarray', __module__: 'numpy', __loader__: 'NdArrayNode', type: 'numpy', file })
const dict = (content: Node): Node => ({ __class__: 'dict', __module__: 'builtins', __loader__: 'DictNode', content })

/** A tree of three nodes, with what is wrong with it. */
function model(table: Buffer, more: Node = {}, values = floats([3, 1, 1], 0, -1, 1)): Buffer {
  const tree = { __class__: 'Tree', __module__: 'sklearn.tree._tree', __loader__: 'TreeNode' }
  const content = { n_features_in_: json(2), tree_: { ...tree, content: dict({ nodes: array('1.npy'), values: array('2.npy') }) }, ...more }
  const schema = {
    __class__: 'DecisionTreeRegressor',
    __module__: 'sklearn.tree._classes',
    __loader__: 'ObjectNode',
    content: dict(content),
  }
  return zip([
    { name: 'schema.json', data: Buffer.from(JSON.stringify(schema)) },
    { name: '1.npy', data: table },
    { name: '2.npy', data: values },
  ])
}

const whole = nodes([1, 2, 0, 0.5], LEAF, LEAF)
const frame = { rows: 2, columns: undefined, data: [Float64Array.of(0, 1), Float64Array.of(0, 0)] }
const callable = { __class__: 'system', __module__: 'os', __loader__: 'FunctionNode', content: 'os.system' }
const unknown = { __class__: 'Popen', __module__: 'subprocess', __loader__: 'ObjectNode', content: null }

describe('files of skops that would run code, hang or crash are refused when they are read', () => {
  test('the file that the cases below change is served', () => {
    assert.deepEqual([...skopsBackend(memorySource(model(whole))).predict(frame).values], [-1, 1])
  })

  for (const [what, bytes, why] of [
    ['a function anywhere', model(whole, { extra: callable }), /asks for os\.system \(FunctionNode\)/],
    ['a method anywhere', model(whole, { extra: { ...callable, __loader__: 'MethodNode' } }), /MethodNode/],
    ['a partial anywhere', model(whole, { extra: { ...callable, __loader__: 'PartialNode' } }), /PartialNode/],
    ['a class that is not known', model(whole, { extra: unknown }), /subprocess\.Popen, a class that is not served/],
    ['a circle of nodes', model(nodes([0, 2, 0, 0.5], LEAF, LEAF)), /has the children 0 and 2/],
    ['a child that there is not', model(nodes([1, 9, 0, 0.5], LEAF, LEAF)), /has the children 1 and 9/],
    ['a column that there is not', model(nodes([1, 2, 2, 0.5], LEAF, LEAF)), /splits by column 2/],
    ['no threshold', model(nodes([1, 2, 0, Number.NaN], LEAF, LEAF)), /has no threshold/],
    ['a shape that multiplies past 2^53', model(whole, {}, npy("'<f8'", [2 ** 40, 2 ** 40, 1], Buffer.alloc(8))), /too big/],
    ['fewer bytes than its shape', model(whole, {}, floats([3, 1, 1], 0)), /an array of 24 bytes has 8/],
    ['objects in an array', model(whole, {}, npy("'|O'", [1], Buffer.alloc(8))), /no data/],
    ['an array that is not there', model(whole, { classes_: array('9.npy') }), /says that it holds "9\.npy"/],
    [
      'a reference to what is not there',
      model(whole, { extra: { ...json(1), __loader__: 'CachedNode', __id__: 5 } }),
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
      const changed = Buffer.from(whole)
      for (let change = 0; change <= seed % 3; change++) changed[(Math.imul(seed + change, 2654435761) >>> 0) % changed.length] = seed % 256
      try {
        assert.equal(skopsBackend(memorySource(model(changed))).predict(frame).values.length, 2)
      } catch (error) {
        assert.ok(['Refused', 'Unreadable'].includes((error as Error).name), `${seed}: ${(error as Error).stack}`)
        refused++
      }
    }
    assert.ok(refused > 300 && refused < 3000, `${refused} were refused`)
  })
})
