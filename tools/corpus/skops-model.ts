import { zip } from './zip.ts'

type Node = Record<string, unknown>

/** A `.npy` of 64-bit floats, or of a table of nodes. */
export function npy(descr: string, shape: readonly number[], data: Buffer): Buffer {
  const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': (${shape.map((size) => `${size},`).join('')}), }\n`
  const start = Buffer.from('\x93NUMPY\x01\x00\0\0', 'latin1')
  start.writeUInt16LE(text.length, 8)
  return Buffer.concat([start, Buffer.from(text), data])
}

export const floats = (shape: readonly number[], ...values: number[]): Buffer =>
  npy("'<f8'", shape, Buffer.from(Float64Array.from(values).buffer))
const NODES = "[('left_child', '<i8'), ('right_child', '<i8'), ('feature', '<i8'), ('threshold', '<f8')]"

/** A table of nodes: left, right, column, threshold of each. */
export function nodes(...rows: readonly (readonly [number, number, number, number])[]): Buffer {
  const data = Buffer.alloc(rows.length * 32)
  rows.forEach((row, at) => {
    for (let field = 0; field < 3; field++) data.writeBigInt64LE(BigInt(row[field] as number), at * 32 + field * 8)
    data.writeDoubleLE(row[3], at * 32 + 24)
  })
  return npy(NODES, [rows.length], data)
}

export const LEAF = [-1, -1, -2, -2] as const
export const json = (value: unknown): Node => ({
  __class__: 'str',
  __module__: 'builtins',
  __loader__: 'JsonNode',
  content: JSON.stringify(value),
})
export const array = (file: string): Node => ({ __class__: 'ndarray', __module__: 'numpy', __loader__: 'NdArrayNode', type: 'numpy', file })
export const dict = (content: Node): Node => ({ __class__: 'dict', __module__: 'builtins', __loader__: 'DictNode', content })

/** A file of skops with a tree of three nodes, with what is to be otherwise. */
export function treeModel(table: Buffer, more: Node = {}, values = floats([3, 1, 1], 0, -1, 1)): Buffer {
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

/** A root and its two leaves. */
export const TREE = nodes([1, 2, 0, 0.5], LEAF, LEAF)
