import { type Label, type NamedOutput, onceThere, type Prediction, type Soon } from '../backend.ts'
import { type Method, predict, type Served } from '../serving/served.ts'
import type { ColumnType, Inputs } from '../signature/signature.ts'
import type { Table } from '../signature/table.ts'
import { type Answer, json } from './answer.ts'
import { bytesOf, parameterOf, parseTensors } from './binary.ts'
import { isMembers, type Members, memberOf } from './json.ts'
import { type Limits, withinLimits } from './limits.ts'
import { RequestProblem } from './request-problem.ts'

/** The header that says how long the JSON before tensors in bytes is. */
export const JSON_LENGTH = 'inference-header-content-length'

/**
 * `POST /v2/models/{name}/infer` of the Open Inference Protocol, with the extension for tensors in bytes where the header says how long
 * the JSON is. @throws RequestProblem, InputProblem
 */
export function infer(model: Served, body: Buffer, limits: Limits, json_length?: string): Soon<Answer> {
  const request = parseTensors(body, json_length)
  if (!isMembers(request)) throw new RequestProblem('The request must be an object with "inputs".')
  const table = tableOf(request, model.signature.inputs)
  withinLimits(table, limits)
  const id = memberOf(request, 'id')
  const answer = { model_name: model.name, model_version: model.version, ...(typeof id === 'string' && { id }) }
  const methods = methodsIn(request, model)
  return onceThere(
    eachOf(methods, (method) => predict(model, table, method)),
    (made) => {
      const named = made[0]?.outputs
      const outputs = named
        ? named.filter(({ name }) => asksFor(request, name)).map((one) => namedOutput(model, one))
        : made.map((prediction, at) => outputOf(model, methods[at] as Method, prediction))
      const in_bytes = namesInBytes(request, outputs)
      const sent = in_bytes.size === 0 ? json({ ...answer, outputs }) : withBytes(answer, outputs, in_bytes)
      return made[0] === undefined ? sent : { ...sent, prediction: made[0] }
    },
  )
}

/** Whether `outputs` names one, or nothing. */
function asksFor(request: Members, name: string): boolean {
  const asked = memberOf(request, 'outputs')
  if (!Array.isArray(asked) || asked.length === 0) return true
  return asked.some((one) => isMembers(one) && memberOf(one, 'name') === name)
}

function namedOutput({ backend }: Served, { name, values, columns, shape }: NamedOutput): Output {
  const type = backend.outputs?.find((one) => one.name === name)?.type ?? 'double'
  const datatype = DATATYPES[type]
  return {
    name,
    shape: [values.length / Math.max(columns, 1), ...shape],
    datatype,
    parameters: { content_type: datatype === 'BYTES' ? 'str' : 'np' },
    data: values instanceof Float64Array ? Array.from(values) : values,
  }
}

/** What each gives: at once where all of them do. */
function eachOf<T, Made>(all: readonly T[], work: (one: T) => Soon<Made>): Soon<readonly Made[]> {
  const made = all.map(work)
  return made.some((one) => one instanceof Promise) ? Promise.all(made) : (made as Made[])
}

/** The outputs that are asked for as bytes: by each, or all at once. */
function namesInBytes(request: Members, outputs: readonly Output[]): ReadonlySet<string> {
  const asked = memberOf(request, 'outputs')
  const by_name = new Map<unknown, unknown>()
  if (Array.isArray(asked)) {
    for (const one of asked) if (isMembers(one)) by_name.set(memberOf(one, 'name'), parameterOf(one, 'binary_data'))
  }
  const all = parameterOf(request, 'binary_data_output') === true
  return new Set(outputs.map(({ name }) => name).filter((name) => (by_name.get(name) ?? all) === true))
}

function withBytes(answer: object, outputs: readonly Output[], names: ReadonlySet<string>): Answer {
  const pieces: Buffer[] = []
  const told = outputs.map((output) => {
    const bytes = names.has(output.name) ? bytesOf(output.data, output.datatype) : undefined
    if (bytes === undefined) return output
    pieces.push(bytes)
    const { name, shape, datatype } = output
    return { name, shape, datatype, parameters: { binary_data_size: bytes.length } }
  })
  const head = Buffer.from(JSON.stringify({ ...answer, outputs: told }))
  const headers = { [JSON_LENGTH]: String(head.length) }
  return { status: 200, type: 'application/octet-stream', body: Buffer.concat([head, ...pieces]), headers }
}

/** `POST /v2/repository/index`: every version that is served. */
export const repositoryIndex = (all: readonly Served[]): Answer =>
  json(all.map(({ name, version }) => ({ name, version, state: 'READY', reason: '' })))

/** `GET /v2/models/{name}`. */
export function metadata(model: Served, versions: readonly string[]): Answer {
  const { inputs } = model.signature
  return json({
    name: model.name,
    versions,
    platform: 'millrace',
    inputs: inputs ? inputsOf(inputs) : [],
    outputs: model.backend.outputs
      ? model.backend.outputs.map(({ name, type, shape }) => ({ name, datatype: DATATYPES[type], shape }))
      : methodsOf(model).map((name) => ({ name, datatype: name === 'predict' ? datatypeOf(model) : 'FP64', shape: [-1, -1] })),
  })
}

const DATATYPES: Readonly<Record<ColumnType, string>> = {
  boolean: 'BOOL',
  integer: 'INT32',
  long: 'INT64',
  float: 'FP32',
  double: 'FP64',
  string: 'BYTES',
  binary: 'BYTES',
  datetime: 'BYTES',
}

function inputsOf(inputs: Inputs): readonly object[] {
  if (inputs.kind === 'matrix')
    return [{ name: 'input-0', datatype: DATATYPES[inputs.type], shape: [-1, ...(inputs.shape ?? [inputs.width ?? -1])] }]
  return inputs.columns.map(({ name, type }, at) => ({ name: name ?? `input-${at}`, datatype: DATATYPES[type], shape: [-1, 1] }))
}

const methodsOf = ({ backend }: Served): readonly Method[] => (backend.predictProba ? ['predict', 'predict_proba'] : ['predict'])

/** What `outputs` asks for by name; without it what the model does when nobody says. */
function methodsIn(request: Members, model: Served): readonly Method[] {
  const asked = memberOf(request, 'outputs')
  if (asked === undefined || (Array.isArray(asked) && asked.length === 0)) return [model.method]
  const names = Array.isArray(asked) ? asked.map((one) => (isMembers(one) ? memberOf(one, 'name') : undefined)) : [undefined]
  const { outputs: by_name } = model.backend
  const known: readonly string[] = by_name ? by_name.map(({ name }) => name) : methodsOf(model)
  const odd = names.findIndex((name) => !known.includes(name as string))
  if (odd !== -1) throw new RequestProblem(`outputs: the model has ${known.join(' and ')}, and not ${JSON.stringify(names[odd])}.`)
  return by_name ? [model.method] : [...new Set(names as Method[])]
}

type Tensor = { readonly name: string; readonly rows: number; readonly width: number; readonly data: readonly unknown[] }

function tableOf(request: Members, inputs: Inputs | undefined): Table {
  const given = memberOf(request, 'inputs')
  if (!Array.isArray(given) || given.length === 0) throw new RequestProblem('"inputs" must be a list with a tensor at least.')
  const rank = inputs?.kind === 'matrix' && inputs.shape ? inputs.shape.length + 1 : 2
  const tensors = given.map((one, at) => tensorOf(one, at, rank))
  const [first] = tensors as [Tensor]
  const takes_columns = inputs?.kind === 'columns'
  const is_matrix = tensors.length === 1 && (first.width !== 1 || !takes_columns || inputs.columns.length === 1)
  if (is_matrix) {
    const by_name = takes_columns && first.width === 1 && inputs.columns[0]?.name === first.name
    const cells: unknown[][] = []
    for (let at = 0; at < first.data.length; at += first.width) cells.push(first.data.slice(at, at + first.width))
    return { rows: first.rows, width: first.width, names: by_name ? [first.name] : undefined, by: 'row', cells }
  }
  const odd = tensors.find(({ rows, width }) => rows !== first.rows || width !== 1)
  if (odd)
    throw new RequestProblem(
      `Input '${odd.name}': beside other inputs each must be a column of shape [${first.rows}] or [${first.rows}, 1].`,
    )
  return {
    rows: first.rows,
    width: tensors.length,
    names: tensors.map(({ name }) => name),
    by: 'column',
    cells: tensors.map(({ data }) => data),
  }
}

function tensorOf(value: unknown, at: number, rank: number): Tensor {
  if (!isMembers(value)) throw new RequestProblem(`inputs[${at}] must be an object with name, shape, datatype and data.`)
  const { name, shape, datatype } = value
  if (typeof name !== 'string') throw new RequestProblem(`inputs[${at}]: "name" must be a text.`)
  if (!Array.isArray(shape) || shape.length < 1 || shape.length > rank || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    const most = rank === 2 ? '[rows, columns]' : `${rank} sizes, of which the first is the rows`
    throw new RequestProblem(`Input '${name}': "shape" must be [rows] or ${most}.`)
  }
  if (typeof datatype !== 'string' || !KNOWN.has(datatype)) {
    throw new RequestProblem(`Input '${name}': the datatype ${JSON.stringify(datatype)} is none of ${[...KNOWN].join(', ')}.`)
  }
  const data = flat(memberOf(value, 'data'), name)
  const [rows = 0, ...inner] = shape as number[]
  const width = inner.reduce((product, size) => product * size, 1)
  if (rows * width !== data.length) throw new RequestProblem(`Input '${name}': shape [${shape}] is not that of ${data.length} values.`)
  return { name, rows, width: Math.max(width, 1), data }
}

const KNOWN = new Set(['BOOL', 'INT8', 'INT16', 'INT32', 'INT64', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'FP16', 'FP32', 'FP64', 'BYTES'])

/** The data may be nested as the shape is, or flat. */
function flat(data: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(data)) throw new RequestProblem(`Input '${name}': "data" must be a list.`)
  return data.some(Array.isArray) ? data.flat(8) : data
}

function datatypeOf(model: Served): string {
  if (model.is_integer) return 'INT64'
  const { output } = model.signature
  if (output) return DATATYPES[output]
  const [label] = model.backend.classes ?? []
  return typeof label === 'string' ? 'BYTES' : typeof label === 'boolean' ? 'BOOL' : 'FP64'
}

type Output = {
  readonly name: string
  readonly shape: readonly number[]
  readonly datatype: string
  readonly parameters: object
  readonly data: readonly (number | Label)[]
}

function outputOf(model: Served, name: Method, { values, columns }: Prediction): Output {
  const data: readonly (number | Label)[] = values instanceof Float64Array ? Array.from(values) : values
  const datatype = name === 'predict_proba' ? 'FP64' : typeof data[0] === 'string' ? 'BYTES' : datatypeOf(model)
  return {
    name,
    shape: [data.length / columns, columns],
    datatype,
    parameters: { content_type: datatype === 'BYTES' ? 'str' : 'np' },
    data,
  }
}
