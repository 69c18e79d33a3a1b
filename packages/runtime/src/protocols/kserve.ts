import { onceThere, type Soon } from '../backend.ts'
import { predict, rowsOf, type Served } from '../serving/served.ts'
import { type Answer, jsonOf } from './answer.ts'
import { isMembers, parseBody } from './json.ts'
import { type Limits, withinLimits } from './limits.ts'
import { RequestProblem } from './request-problem.ts'
import { tableOfInputs, tableOfInstances } from './tables.ts'

/** `POST /v1/models/{name}:predict` of KServe's first protocol, which is TensorFlow Serving's. @throws RequestProblem, InputProblem */
export function predictV1(model: Served, body: Buffer, limits: Limits): Soon<Answer> {
  const request = parseBody(body)
  const has = (name: string): boolean => isMembers(request) && Object.hasOwn(request, name)
  if (!isMembers(request) || has('instances') === has('inputs')) {
    throw new RequestProblem('The request must be an object with either "instances" or "inputs".')
  }
  const table = has('instances') ? tableOfInstances(request.instances) : tableOfInputs(request.inputs)
  withinLimits(table, limits)
  return onceThere(predict(model, table), (made) => jsonOf(made, { predictions: rowsOf(made) }))
}
