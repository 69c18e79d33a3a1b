import { onceThere, type Soon } from '../backend.ts'
import { tableOfParquet } from '../batch/parquet-body.ts'
import { predict, predictionsOf, type Served } from '../serving/served.ts'
import { problemWithParams } from '../signature/params.ts'
import type { Table } from '../signature/table.ts'
import { type Answer, jsonOf, text } from './answer.ts'
import { tableOfCsv } from './csv.ts'
import { isMembers, type Members, parseBody } from './json.ts'
import { type Limits, withinLimits } from './limits.ts'
import { RequestProblem } from './request-problem.ts'
import { tableOfInputs, tableOfInstances, tableOfRecords, tableOfSplit } from './tables.ts'

/** Whose protocol it is: MLflow's clients ask a server for it. As the root's file MLFLOW_VERSION has it, which a test holds it to. */
export const MLFLOW_VERSION = '3.17.2'

const PARQUET = 'application/vnd.apache.parquet'

const FIELDS: Readonly<Record<string, (value: unknown) => Table>> = {
  dataframe_split: tableOfSplit,
  dataframe_records: tableOfRecords,
  instances: tableOfInstances,
  inputs: tableOfInputs,
}
const NAMES = Object.keys(FIELDS)
const ASKED = `The input must be a JSON dictionary with exactly one of the input fields {${NAMES.map((name) => `'${name}'`).join(', ')}}`

/** MLflow's `POST /invocations`. @throws RequestProblem, InputProblem */
export function invocations(model: Served, content_type: string, body: Buffer, limits: Limits): Soon<Answer> {
  const [mime = '', ...parameters] = content_type.split(';').map((part) => part.trim().toLowerCase())
  for (const parameter of parameters) {
    const [key, value = ''] = parameter.split('=')
    if (key !== 'charset') return text(`Unrecognized content type parameters: ${key}. Only charset is taken.`, 415)
    if (value.replaceAll('"', '') !== 'utf-8') return text('The scoring server only supports UTF-8', 415)
  }
  if (mime === 'text/csv') return answer(model, tableOfCsv(body.toString('utf8')), limits)
  if (mime === 'application/json') {
    const read = parseBody(body)
    const table = tableIn(read)
    checkParams(read as Members, model)
    return answer(model, table, limits)
  }
  if (mime === PARQUET) return tableOfParquet(body, model.signature.inputs, limits).then((table) => answer(model, table, limits))
  const taken = ['application/json', 'text/csv', PARQUET].join(', ')
  return text(`This predictor only supports the following content types: ${taken}. Got '${content_type}'.`, 415)
}

function answer(model: Served, table: Table, limits: Limits): Soon<Answer> {
  withinLimits(table, limits)
  return onceThere(predict(model, table), (made) => jsonOf(made, { predictions: predictionsOf(model, table, made) }))
}

/** The rows of a body in any of the four forms. @throws RequestProblem */
export function tableIn(body: unknown): Table {
  if (Array.isArray(body)) throw new RequestProblem(`${ASKED}. Received a list.`)
  if (!isMembers(body)) throw new RequestProblem(`${ASKED}. Received unexpected input type '${body === null ? 'null' : typeof body}'.`)
  const found = NAMES.filter((name) => Object.hasOwn(body, name))
  const [name] = found
  if (name === undefined || found.length > 1) {
    throw new RequestProblem(`${ASKED}. Received dictionary with input fields: ${JSON.stringify(Object.keys(body).slice(0, 20))}.`)
  }
  return (FIELDS[name] as (value: unknown) => Table)(body[name])
}

/** Parameters are held to what the signature declares, others are ignored, as with MLflow; no model that is served is changed by any. */
function checkParams(body: Members, { signature }: Served): void {
  if (!Object.hasOwn(body, 'params') || body.params === null) return
  if (!isMembers(body.params)) throw new RequestProblem('params must be an object with a value for each parameter.')
  const problem = problemWithParams(signature.params ?? [], body.params)
  if (problem !== undefined) throw new RequestProblem(problem)
}
