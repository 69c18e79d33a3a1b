import { onceThere, type Soon } from '../backend.ts'
import { predict, rowsOf, type Served } from '../serving/served.ts'
import type { Table } from '../signature/table.ts'
import { type Answer, jsonOf } from './answer.ts'
import { tableIn } from './invocations.ts'
import { isMembers, type Members, memberOf, parseBody } from './json.ts'
import { type Limits, withinLimits } from './limits.ts'
import { RequestProblem } from './request-problem.ts'
import { tableOfRows } from './tables.ts'

/** Seldon's `POST /api/v1.0/predictions`: rows as `ndarray` or `tensor` in, and the same out. @throws RequestProblem, InputProblem */
export function predictSeldon(model: Served, body: Buffer, limits: Limits): Soon<Answer> {
  const request = parseBody(body)
  if (isMembers(request) && isMembers(memberOf(request, 'jsonData'))) return predictRaw(model, request, limits)
  const data = isMembers(request) ? memberOf(request, 'data') : undefined
  if (!isMembers(request) || !isMembers(data))
    throw new RequestProblem('The request must be an object with "data", which has "ndarray" or "tensor".')
  const tensor = memberOf(data, 'tensor')
  const table = tensor === undefined ? tableOfArray(data) : tableOfTensor(tensor, data)
  withinLimits(table, limits)
  return onceThere(predict(model, table), (made) => {
    const shape = made.columns === 1 ? [table.rows] : [table.rows, made.columns]
    const classes = made.columns > 1 ? (model.backend.classes ?? []).map(String) : []
    const values = tensor === undefined ? { ndarray: rowsOf(made) } : { tensor: { shape, values: Array.from(made.values) } }
    return jsonOf(made, { data: { names: classes, ...values }, meta: metaOf(model, request) })
  })
}

/** What Seldon's wrappers hand to `predict_raw`: JSON that is the model's own affair, here rows in one of MLflow's forms. */
function predictRaw(model: Served, request: Members, limits: Limits): Soon<Answer> {
  const table = tableIn(request.jsonData)
  withinLimits(table, limits)
  return onceThere(predict(model, table), (made) => jsonOf(made, { jsonData: { predictions: rowsOf(made) }, meta: metaOf(model, request) }))
}

/** The caller's id for the request, and who answered, by which a later feedback finds them. */
function metaOf({ name, version }: Served, request: Members): object {
  const meta = memberOf(request, 'meta')
  const puid = isMembers(meta) ? memberOf(meta, 'puid') : undefined
  return { ...(typeof puid === 'string' && { puid }), requestPath: { [name]: version } }
}

/** How good an answer was, as a caller says later. */
export type Feedback = { readonly reward: number; readonly version: string | undefined }

/** Reads `POST /api/v1.0/feedback`: a reward, and the answer that it is for. @throws RequestProblem */
export function feedbackIn(name: string, body: Buffer): Feedback {
  const said = parseBody(body)
  const reward = isMembers(said) ? (memberOf(said, 'reward') ?? 0) : undefined
  if (!isMembers(said) || typeof reward !== 'number' || !Number.isFinite(reward)) {
    throw new RequestProblem('Feedback is an object with "reward", a number, and "response", the answer that it is for.')
  }
  let at: unknown = memberOf(said, 'response')
  for (const key of ['meta', 'requestPath', name]) at = isMembers(at) ? memberOf(at, key) : undefined
  return { reward, version: typeof at === 'string' ? at : undefined }
}

function tableOfArray(data: Members): Table {
  const rows = memberOf(data, 'ndarray')
  if (!Array.isArray(rows))
    throw new RequestProblem('"data" needs "ndarray", a list of rows, or "tensor"; other kinds of data are not served.')
  if (rows.length > 0 && !rows.every(Array.isArray)) throw new RequestProblem('ndarray must be a list of rows, each a list.')
  return tableOfRows(rows as readonly unknown[][], namesIn(data, (rows[0] as readonly unknown[] | undefined)?.length ?? 0), 'ndarray')
}

function tableOfTensor(tensor: unknown, data: Members): Table {
  const shape = isMembers(tensor) ? memberOf(tensor, 'shape') : undefined
  const values = isMembers(tensor) ? memberOf(tensor, 'values') : undefined
  if (
    !Array.isArray(shape) ||
    shape.length !== 2 ||
    !shape.every((size) => Number.isSafeInteger(size) && size >= 0) ||
    !Array.isArray(values)
  ) {
    throw new RequestProblem('"tensor" needs "shape": [rows, columns], and "values", a list.')
  }
  const [rows, width] = shape as [number, number]
  if (rows * width !== values.length) throw new RequestProblem(`tensor: shape [${shape}] is not that of ${values.length} values.`)
  const cells: unknown[][] = []
  for (let at = 0; at < values.length; at += width) cells.push(values.slice(at, at + width))
  return { rows, width, names: namesIn(data, width), by: 'row', cells }
}

/** The names of the columns; an empty list is none. */
function namesIn(data: Members, width: number): readonly string[] | undefined {
  const names = memberOf(data, 'names')
  if (!Array.isArray(names) || names.length === 0) return undefined
  if (names.length !== width) throw new RequestProblem(`"names" has ${names.length} names for ${width} columns.`)
  return names.map(String)
}
