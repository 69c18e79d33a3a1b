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

/** What a route takes and answers beside JSON. */
type More = { readonly parameters?: readonly Schema[]; readonly bodies?: Schema; readonly answers?: Schema; readonly headers?: Schema }

/** What a model takes and answers, made from its signature, as OpenAPI 3.1; `is_first` where addresses that name no model are its own. */
export function openApi(model: Served, version: string, is_first: boolean): Answer {
  const { name, version: number } = model
  const path = `/models/${encodeURIComponent(name)}`
  const problem = {
    description: 'The request does not fit; `message` says where',
    content: content({ $ref: '#/components/schemas/Problem' }),
  }
  const predicts = (request: Schema, answer: Schema, more: More = {}): Schema => ({
    post: {
      summary: `Predict with ${name}`,
      ...(more.parameters && { parameters: more.parameters }),
      requestBody: { required: true, content: { ...content(request), ...more.bodies } },
      responses: {
        200: {
          description: 'The predictions',
          content: { ...content(answer), ...more.answers },
          ...(more.headers && { headers: more.headers }),
        },
        400: problem,
        413: problem,
        415: problem,
      },
    },
  })
  const predictions = { $ref: '#/components/schemas/Predictions' }
  const invoke = predicts({ $ref: '#/components/schemas/Invocation' }, predictions, { bodies: tablesOf(model) })
  const infer = predicts({ $ref: '#/components/schemas/Tensors' }, { $ref: '#/components/schemas/Outputs' }, TENSORS_IN_BYTES)
  const seldon = predicts({ $ref: '#/components/schemas/Message' }, { $ref: '#/components/schemas/MessageAnswer' })
  return json({
    openapi: '3.1.0',
    info: { title: name, version: number, description: `${model.backend.kind}, served by Millrace ${version}` },
    paths: {
      [`${path}/invocations`]: invoke,
      [`${path}/versions/${number}/invocations`]: invoke,
      [`/v1${path}:predict`]: predicts(
        object({ instances: { type: 'array', items: { anyOf: [rowOf(model), listOf(model)] } } }),
        predictions,
      ),
      [`/v2${path}/infer`]: infer,
      [`/v2${path}/versions/${number}/infer`]: infer,
      // Seldon's address names no model: the first that is served answers there.
      ...(is_first && { '/api/v1.0/predictions': seldon }),
    },
    components: { schemas: { ...inputsOf(model), ...answersOf(model), ...messagesOf(model), ...TENSORS } },
  })
}

const content = (schema: Schema): Schema => ({ 'application/json': { schema } })

/** Tables that are no JSON: CSV with the columns' names in its first line, and Parquet with them in its schema. */
function tablesOf({ signature: { inputs } }: Served): Schema {
  const names =
    inputs?.kind === 'columns' ? inputs.columns.flatMap(({ name, type }) => (name === undefined ? [] : [`${name} (${type})`])) : []
  const told = names.length > 0 ? `columns ${names.join(', ')}` : 'the columns that the model takes'
  return {
    'text/csv': { schema: { type: 'string', description: `Rows of ${told}; their names in the first line, a missing value empty.` } },
    'application/vnd.apache.parquet': { schema: { description: `A file of ${told}.`, contentMediaType: 'application/vnd.apache.parquet' } },
  }
}

const LENGTH_HEADER = 'Inference-Header-Content-Length'
const LENGTH = { type: 'integer', minimum: 0 }
/** The binary extension of V2: the JSON first, which is as long as a header says, and the tensors' bytes behind it, one after the other. */
const TENSORS_IN_BYTES: More = {
  parameters: [
    {
      name: LENGTH_HEADER,
      in: 'header',
      description:
        'How many bytes of the body are its JSON. Inputs with parameters.binary_data_size lie in bytes behind it, in their order.',
      schema: LENGTH,
    },
  ],
  bodies: { 'application/octet-stream': { schema: { contentMediaType: 'application/octet-stream' } } },
  answers: { 'application/octet-stream': { schema: { contentMediaType: 'application/octet-stream' } } },
  headers: {
    [LENGTH_HEADER]: {
      description: 'Where outputs are asked for as bytes (binary_data): how long the JSON before them is.',
      schema: LENGTH,
    },
  },
}

/** Seldon's messages: rows as they are, a tensor, or JSON that is handed on raw in one of the forms of /invocations. */
function messagesOf(model: Served): Record<string, Schema> {
  const names = { type: 'array', items: { type: 'string' } }
  const tensor = object({ shape: { type: 'array', items: LENGTH, minItems: 2, maxItems: 2 }, values: { type: 'array' } })
  const made = { type: 'array' }
  const data = (rows: Schema, of: Schema): Schema => ({
    anyOf: [object({ names, ndarray: { type: 'array', items: rows } }, ['ndarray']), object({ names, tensor: of }, ['tensor'])],
  })
  const meta = object({ puid: { type: 'string' } }, [])
  const raw = { $ref: '#/components/schemas/Invocation' }
  return {
    Message: { anyOf: [object({ data: data(listOf(model), tensor), meta }, ['data']), object({ jsonData: raw, meta }, ['jsonData'])] },
    MessageAnswer: {
      anyOf: [
        object({ data: data({}, object({ shape: { type: 'array', items: LENGTH }, values: made })), meta }),
        object({ jsonData: { $ref: '#/components/schemas/Predictions' }, meta }),
      ],
    },
  }
}

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

const TENSOR = {
  name: { type: 'string' },
  shape: { type: 'array', items: { type: 'integer', minimum: 0 }, minItems: 1, maxItems: 2 },
  datatype: { enum: ['BOOL', 'INT8', 'INT16', 'INT32', 'INT64', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'FP16', 'FP32', 'FP64', 'BYTES'] },
  data: { type: 'array' },
  parameters: object({ binary_data_size: LENGTH, binary_data: { type: 'boolean' } }, []),
}
/** Without data where it lies in bytes behind the JSON. */
const tensorOf = (required: readonly (keyof typeof TENSOR)[]): Schema => object(TENSOR, [...required])
const INPUT = tensorOf(['name', 'shape', 'datatype'])
const TENSORS: Record<string, Schema> = {
  Tensors: object(
    { id: { type: 'string' }, inputs: { type: 'array', items: INPUT, minItems: 1 }, outputs: { type: 'array', items: tensorOf(['name']) } },
    ['inputs'],
  ),
  Outputs: object({ model_name: { type: 'string' }, model_version: { type: 'string' }, outputs: { type: 'array', items: INPUT } }),
}
