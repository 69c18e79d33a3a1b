import { invocations } from '../../packages/runtime/src/protocols/invocations.ts'
import { predictV1 } from '../../packages/runtime/src/protocols/kserve.ts'
import { LIMITS } from '../../packages/runtime/src/protocols/limits.ts'
import { feedbackIn, predictSeldon } from '../../packages/runtime/src/protocols/seldon.ts'
import { infer } from '../../packages/runtime/src/protocols/v2.ts'
import type { Served } from '../../packages/runtime/src/serving/served.ts'
import { ending, named } from './refusals.ts'
import { MODELS } from './row-targets.ts'
import type { Seed, Target } from './target.ts'

type Ask = (model: Served, name: string, body: Buffer) => unknown

/** A protocol: what it answers to a request, for models with columns, with a matrix, and without a signature. */
const ofRequests = (name: string, seeds: Readonly<Record<string, unknown>>, ask: Ask): Target => ({
  name: `serve-${name}`,
  seeds: () =>
    Object.entries(seeds).map(
      ([key, body]): Seed => named(key, typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)),
    ),
  async attempt(file, body) {
    const endings: string[] = []
    for (const model of MODELS) {
      try {
        const { status } = (await ask(model, file, body)) as { status?: number }
        endings.push(`${status}`)
      } catch (error) {
        endings.push(ending(error))
      }
    }
    return endings.join(' ')
  },
})

const ROW = { a: 0.5, b: 1, c: 'x', d: true, e: '2026-01-02T03:04:05', f: 7, g: 1.5 }
const VALUES = Object.values(ROW)
const matrix = [
  [1, 2],
  [3, 4],
]

const tensor = (name: string, shape: readonly number[], datatype: string, data: readonly unknown[]): object => ({
  name,
  shape,
  datatype,
  data,
})

/** A request of V2 with its tensors in bytes: the last four bytes are what the header would say of the JSON's length. */
function inBytes(): Buffer {
  const numbers = Buffer.from(Float64Array.of(1, 2).buffer)
  const texts = Buffer.from('\x01\0\0\0x\x01\0\0\0y', 'latin1')
  const inputs = [
    { name: 'a', shape: [2, 1], datatype: 'FP64', parameters: { binary_data_size: numbers.length } },
    { name: 'c', shape: [2], datatype: 'BYTES', parameters: { binary_data_size: texts.length } },
  ]
  const head = Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } }))
  return Buffer.concat([head, numbers, texts, Buffer.from(String(head.length).padStart(4, '0'))])
}

/** A fuzzer for each protocol by which a model is asked. */
export const requestTargets: readonly Target[] = [
  ofRequests(
    'invocations',
    {
      'split.json': { dataframe_split: { columns: Object.keys(ROW), data: [VALUES, VALUES] } },
      'records.json': { dataframe_records: [ROW, { a: 1 }], params: {} },
      'instances.json': { instances: [ROW] },
      'inputs.json': { inputs: { a: [1, 2], b: [3, 4] } },
      'matrix.json': { inputs: matrix },
      'rows.csv': 'a,b,c,d,e,f,g\n0.5,1,x,true,2026-01-02,7,1.5\n"1",2,"y ""z""",,,,\n',
    },
    (model, name, body) => invocations(model, name.endsWith('.csv') ? 'text/csv' : 'application/json', body, LIMITS),
  ),
  ofRequests(
    'v2',
    {
      'columns.json': { id: '1', inputs: [tensor('a', [2], 'FP64', [1, 2]), tensor('c', [2, 1], 'BYTES', ['x', 'y'])] },
      'matrix.json': {
        inputs: [tensor('x', [2, 2], 'FP32', matrix)],
        outputs: [{ name: 'predict_proba', parameters: { binary_data: true } }],
      },
      'tensors.bytes': inBytes(),
    },
    (model, name, body) => {
      if (!name.endsWith('.bytes')) return infer(model, body, LIMITS)
      return infer(model, body.subarray(0, -4), LIMITS, body.subarray(-4).toString('latin1'))
    },
  ),
  ofRequests(
    'kserve-seldon',
    {
      'v1.json': { instances: [ROW, ROW] },
      'v1-inputs.json': { inputs: matrix },
      'array.json': { meta: { puid: 'p' }, data: { names: ['a', 'b'], ndarray: matrix } },
      'tensor.json': { data: { tensor: { shape: [2, 2], values: [1, 2, 3, 4] } } },
      'raw.json': { jsonData: { dataframe_records: [ROW] } },
      'feedback.json': { reward: 1, response: { meta: { requestPath: { sums: '1' } } } },
    },
    (model, name, body) => {
      if (name.startsWith('v1')) return predictV1(model, body, LIMITS)
      return name === 'feedback.json' ? feedbackIn('sums', body) : predictSeldon(model, body, LIMITS)
    },
  ),
]
