import type { Served } from '../serving/served.ts'
import type { ColumnType } from '../signature/signature.ts'
import { type Answer, json } from './answer.ts'

type Schema = { readonly [key: string]: unknown }

const TYPES: Readonly<Record<ColumnType, Schema>> = {
  boolean: { type: 'boolean' },
  integer: { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  long: { type: 'integer', format: 'int64' },
  float: { type: ['number', 'null'], format: 'float' },
  double: { type: ['number', 'null'], format: 'double' },
  string: { type: 'string' },
  binary: { type: 'string', format: 'byte' },
  datetime: { type: 'string', format: 'date-time' },
}

/** What a model takes and answers, made from its signature, as OpenAPI 3.1. */
export function openApi(model: Served, version: string): Answer {
  const { name, version: number } = model
  const path = `/models/${encodeURIComponent(name)}`
  const problem = {
    description: 'The request does not fit; `message` says where',
    content: content({ $ref: '#/components/schemas/Problem' }),
  }
  const predicts = (request: Schema, answer: Schema): Schema => ({
    post: {
      summary: `Predict with ${name}`,
      requestBody: { required: true, content: content(request) },
      responses: { 200: { description: 'The predictions', content: content(answer) }, 400: problem, 413: problem, 415: problem },
    },
  })
  const invoke = predicts({ $ref: '#/components/schemas/Invocation' }, { $ref: '#/components/schemas/Predictions' })
  return json({
    openapi: '3.1.0',
    info: { title: name, version: number, description: `${model.backend.kind}, served by Millrace ${version}` },
    paths: {
      [`${path}/invocations`]: invoke,
      [`${path}/versions/${number}/invocations`]: invoke,
      [`/v1${path}:predict`]: predicts(object({ instances: { type: 'array', items: { anyOf: [rowOf(model), listOf(model)] } } }), {
        $ref: '#/components/schemas/Predictions',
      }),
      [`/v2${path}/infer`]: predicts({ $ref: '#/components/schemas/Tensors' }, { $ref: '#/components/schemas/Outputs' }),
    },
    components: { schemas: { ...inputsOf(model), ...answersOf(model), ...TENSORS } },
  })
}

const content = (schema: Schema): Schema => ({ 'application/json': { schema } })

const object = (properties: Record<string, Schema>, required = Object.keys(properties)): Schema => ({
  type: 'object',
  properties,
  required,
})

/** A row as an object of columns. */
function rowOf({ signature: { inputs } }: Served): Schema {
  if (inputs?.kind !== 'columns' || inputs.columns.some(({ name }) => name === undefined)) return { type: 'object' }
  const properties = Object.fromEntries(inputs.columns.map(({ name, type }) => [name, TYPES[type]]))
  return object(
    properties,
    inputs.columns.filter(({ required }) => required).map(({ name }) => name as string),
  )
}

/** A row as a list, in the signature's order. */
function listOf({ signature: { inputs } }: Served): Schema {
  if (inputs === undefined) return { type: 'array' }
  if (inputs.kind === 'matrix') {
    const { width } = inputs
    return { type: 'array', items: TYPES[inputs.type], ...(width !== undefined && { minItems: width, maxItems: width }) }
  }
  const { length } = inputs.columns
  return { type: 'array', prefixItems: inputs.columns.map(({ type }) => TYPES[type]), minItems: length, maxItems: length }
}

function inputsOf(model: Served): Record<string, Schema> {
  const { inputs } = model.signature
  const names = inputs?.kind === 'columns' ? inputs.columns.map(({ name }) => name).filter((name) => name !== undefined) : []
  const columns = { type: 'array', items: { type: 'string', ...(names.length > 0 && { examples: names }) } }
  const rows = { type: 'array', items: listOf(model) }
  return {
    Row: rowOf(model),
    Invocation: {
      oneOf: [
        object({ dataframe_split: object({ columns, data: { type: 'array', items: { type: 'array' } } }, ['data']) }),
        object({ dataframe_records: { type: 'array', items: { $ref: '#/components/schemas/Row' } } }),
        object({ instances: { type: 'array' } }),
        object({ inputs: { anyOf: [rows, { type: 'object' }] } }),
      ],
    },
  }
}

function answersOf({ signature: { output }, backend, method }: Served): Record<string, Schema> {
  const value = output ? TYPES[output] : backend.classes ? { enum: [...backend.classes] } : { type: ['number', 'null'] }
  const one = method === 'predict_proba' ? { type: 'array', items: { type: 'number' } } : { anyOf: [value, { type: 'array' }] }
  return {
    Predictions: object({ predictions: { type: 'array', items: one } }),
    Problem: object({ error_code: { type: 'string' }, message: { type: 'string' }, error: { type: 'string' } }),
  }
}

const TENSOR = object({
  name: { type: 'string' },
  shape: { type: 'array', items: { type: 'integer', minimum: 0 }, minItems: 1, maxItems: 2 },
  datatype: { enum: ['BOOL', 'INT8', 'INT16', 'INT32', 'INT64', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'FP16', 'FP32', 'FP64', 'BYTES'] },
  data: { type: 'array' },
})
const TENSORS: Record<string, Schema> = {
  Tensors: object({ id: { type: 'string' }, inputs: { type: 'array', items: TENSOR, minItems: 1 }, outputs: { type: 'array' } }, [
    'inputs',
  ]),
  Outputs: object({ model_name: { type: 'string' }, model_version: { type: 'string' }, outputs: { type: 'array', items: TENSOR } }),
}
