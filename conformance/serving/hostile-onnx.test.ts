import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readGraph } from '../../packages/runtime/src/backends/onnx/graph.ts'
import { field } from '../../tools/corpus/protobuf.ts'
import { doubled, externalTensor, filesOf, graph, graphAttribute, inDomain, mapValue, model, node, value } from './onnx-graph.ts'

const read = (bytes: Buffer, beside: Readonly<Record<string, Buffer>> = {}) =>
  readGraph(filesOf({ 'model.onnx': bytes, ...beside }), 'model.onnx')

const beside = { 'w.data': Buffer.alloc(8) }
const outside = (told: Readonly<Record<string, string>>) => model(graph({ ...doubled, tensors: [externalTensor('two', [1], told)] }))

describe('files of ONNX that are hostile or broken are refused before ONNX Runtime sees them', () => {
  test('the file that the cases below change is read', () => assert.equal(read(model(graph(doubled))).inputs.length, 1))

  for (const [what, bytes, why] of [
    [
      'an operator of another domain',
      model(graph({ ...doubled, nodes: [node('Run', ['x'], ['y'], inDomain('evil.ops'))] })),
      /operator evil\.ops Run/,
    ],
    [
      'an operator of Python',
      model(graph({ ...doubled, nodes: [node('PyOp', ['x'], ['y'], inDomain('ai.onnx.contrib'))] })),
      /ai\.onnx\.contrib PyOp/,
    ],
    ['data in a file elsewhere', outside({ location: '../../etc/passwd' }), /no file beside the model/],
    ['data at an absolute path', outside({ location: '/etc/passwd' }), /no file beside the model/],
    ['data at an address', outside({ location: 'file:///etc/passwd' }), /no file beside the model/],
    ['data in a file that there is not', outside({ location: 'x.data' }), /no file beside the model/],
    ['data without a place', outside({}), /no file beside the model/],
    ['data behind the end of the file', outside({ location: 'w.data', offset: '8', length: '4' }), /which has 8 bytes/],
    ['data before the beginning', outside({ location: 'w.data', offset: '-4', length: '4' }), /which has 8 bytes/],
    [
      'a constant with data elsewhere',
      model(
        graph({
          ...doubled,
          nodes: [node('Constant', [], ['y'], field(5, field(5, externalTensor('v', [1], { location: '/etc/shadow' }))))],
        }),
      ),
      /no file beside/,
    ],
    ['two graphs', model(graph(doubled), 17, field(7, graph(doubled))), /two graphs/],
    ['no graph', Buffer.from([8, 8]), /no graph/],
    ['operators from before', model(graph(doubled), 3), /opset 3; from 7/],
    ['no inputs', model(graph({ ...doubled, inputs: [] })), /takes or gives nothing/],
    ['an input that is no tensor', model(graph({ ...doubled, inputs: [mapValue('x')] })), /input x is a sequence/],
    ['an input of complex numbers', model(graph({ ...doubled, inputs: [value('x', 14, 'rows', 2)] })), /ONNX's type 14/],
    [
      'an input of nine dimensions',
      model(graph({ ...doubled, inputs: [value('x', 1, ...new Array(9).fill(1))] })),
      /more than 8 dimensions/,
    ],
    ['an input wider than memory', model(graph({ ...doubled, inputs: [value('x', 1, 'rows', 2 ** 40)] })), /wide/],
    ['a file that ends in the middle', model(graph(doubled)).subarray(0, -9), /in the middle|does not end|no number/],
    ['a field longer than the file', Buffer.from([0x3a, 0xff, 0xff, 0xff, 0x7f]), /ends in the middle/],
  ] as const) {
    test(what, () =>
      assert.throws(
        () => read(bytes, beside),
        (error) => why.test((error as Error).message) && ['Refused', 'Unreadable'].includes((error as Error).name),
      ),
    )
  }

  test('graphs in graphs in graphs end', () => {
    let inner = graph(doubled)
    for (let depth = 0; depth < 200; depth++)
      inner = graph({ ...doubled, nodes: [node('If', ['x'], ['y'], graphAttribute('then_branch', inner))] })
    assert.throws(() => read(model(inner)), /too deep/)
  })

  test('a changed file is refused or read', () => {
    const whole = model(graph(doubled))
    let refused = 0
    for (let seed = 1; seed <= 3000; seed++) {
      const changed = Buffer.from(whole)
      for (let change = 0; change <= seed % 3; change++) changed[(Math.imul(seed + change, 2654435761) >>> 0) % changed.length] = seed % 256
      try {
        read(changed)
      } catch (error) {
        assert.ok(['Refused', 'Unreadable'].includes((error as Error).name), `${seed}: ${(error as Error).stack}`)
        refused++
      }
    }
    assert.ok(refused > 300 && refused < 3000, `${refused} were refused`)
  })
})
