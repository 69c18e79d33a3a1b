import { InputProblem, type Soon } from '../backend.ts'
import { type Answer, json, text } from '../protocols/answer.ts'
import { invocations, MLFLOW_VERSION } from '../protocols/invocations.ts'
import { predictV1 } from '../protocols/kserve.ts'
import type { Limits } from '../protocols/limits.ts'
import { openApi } from '../protocols/openapi.ts'
import { RequestProblem } from '../protocols/request-problem.ts'
import { feedbackIn, predictSeldon } from '../protocols/seldon.ts'
import { infer, metadata, repositoryIndex } from '../protocols/v2.ts'
import type { Metrics } from './metrics.ts'
import type { Models } from './models.ts'
import type { Served } from './served.ts'

/** What every route works with. */
export type Serving = { readonly models: Models; readonly metrics: Metrics; readonly limits: Limits; readonly version: string }

/** A request without its body. */
export type Asked = {
  readonly method: string
  readonly path: string
  readonly content_type: string
  /** Whether it comes from a page in a browser, which says where the page is from. */
  readonly is_page?: boolean | undefined
  /** Who sends the same text is answered by the same version during a rollout. */
  readonly key?: string | undefined
  /** How long the JSON before tensors in bytes is, where it is said. */
  readonly json_length?: string | undefined
}

/** What answers a request: with its body, or without. */
export type Route =
  | { readonly takes: 'nothing'; readonly answer: () => Answer }
  | { readonly takes: 'body'; readonly model: Served; readonly answer: (body: Buffer, model: Served) => Soon<Answer> }

const MODEL = /^\/models\/([^/]+)(?:\/versions\/([^/]+))?\/(invocations)$/
const V2_MODEL = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(\/ready|\/infer)?$/
const V1_MODEL = /^\/v1\/models\/([^/:]+)(:predict)?$/
const OPENAPI = /^(?:\/models\/([^/]+)(?:\/versions\/([^/]+))?)?\/openapi\.json$/
const FEEDBACK = new Set(['/api/v1.0/feedback', '/api/v0.1/feedback', '/send-feedback'])
const SELDON = new Set(['/api/v1.0/predictions', '/api/v0.1/predictions', '/predict'])

/** Finds what answers a request. @throws RequestProblem when nothing does */
export function routeOf(serving: Serving, { method, path, content_type, is_page, key, json_length }: Asked): Route {
  const { models, limits } = serving
  const pick = (name?: string, version?: string): Served => picked(models, name, version, key)
  if (method === 'POST') {
    if (path === '/invocations') return body(pick(), (model, bytes) => invocations(model, content_type, bytes, limits))
    const own = MODEL.exec(path)
    if (own) return body(pick(own[1], own[2]), (model, bytes) => invocations(model, content_type, bytes, limits))
    const v2 = V2_MODEL.exec(path)
    if (v2?.[3] === '/infer') {
      const taken = json_length === undefined ? 'application/json' : 'application/octet-stream'
      // Triton's client does not say what it sends, and a page that does not could be any.
      const said = content_type === '' && is_page !== true ? taken : content_type
      return body(pick(v2[1], v2[2]), (model, bytes) => infer(model, only(said, bytes, taken), limits, json_length))
    }
    if (path === '/v2/repository/index') return { takes: 'nothing', answer: () => repositoryIndex(models.all) }
    const v1 = V1_MODEL.exec(path)
    if (v1?.[2]) return body(pick(v1[1]), (model, bytes) => predictV1(model, only(content_type, bytes), limits))
    if (FEEDBACK.has(path)) return body(pick(), (model, bytes) => takeFeedback(serving, model, only(content_type, bytes)))
    if (SELDON.has(path)) return body(pick(), (model, bytes) => predictSeldon(model, only(content_type, bytes), limits))
  } else if (method === 'GET' || method === 'HEAD') {
    const found = fixed(serving, path) ?? ofModel(serving, path)
    if (found) return { takes: 'nothing', answer: () => found }
  }
  throw new RequestProblem(
    `${method} ${path.slice(0, 200)} is no route of this server: POST /invocations predicts.`,
    404,
    'RESOURCE_DOES_NOT_EXIST',
  )
}

const body = (model: Served, answer: (model: Served, bytes: Buffer) => Soon<Answer>): Route => ({
  takes: 'body',
  model,
  answer: (bytes, other) => answer(other, bytes),
})

/** Other content would be parsed by rules of its own; a browser can't send JSON to another site unasked. */
function only(content_type: string, bytes: Buffer, taken = 'application/json'): Buffer {
  const mime = content_type.split(';')[0]?.trim().toLowerCase()
  if (mime === taken) return bytes
  throw new RequestProblem(`This request is to be ${taken}, not '${content_type.slice(0, 100)}'.`, 415)
}

function picked(models: Models, name?: string, version?: string, key?: string): Served {
  const called = name === undefined ? undefined : decoded(name)
  const model = version === undefined ? models.choose(called, key) : models.find(called, decoded(version))
  if (model) return model
  const what = version === undefined ? `'${name}'` : `version ${version} of '${name}'`
  throw new RequestProblem(`${what} is not served here. Served: ${models.names.join(', ')}.`, 404, 'RESOURCE_DOES_NOT_EXIST')
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new RequestProblem('The address is not encoded as a URL should be.')
  }
}

function fixed({ models, metrics, version }: Serving, path: string): Answer | undefined {
  switch (path) {
    case '/ping':
    case '/health':
      return { status: models.find() ? 200 : 404, type: 'application/json', body: '\n' }
    case '/version':
      return text(MLFLOW_VERSION, 200, 'application/json')
    case '/metrics':
      return text(metrics.text(models), 200, 'text/plain; version=0.0.4; charset=utf-8')
    case '/v2':
      return json({ name: 'millrace', version, extensions: ['binary_tensor_data', 'model_repository'] })
    case '/v2/health/live':
    case '/v2/health/ready':
      return json({ [path.endsWith('live') ? 'live' : 'ready']: true })
    case '/v1/models':
      return json({ models: models.names })
    case '/metadata':
    case '/api/v1.0/metadata': {
      const model = models.find()
      return model && metadata(model, models.versionsOf(model.name))
    }
    case '/health/ping':
      return text('pong')
    case '/health/status':
      return json({ status: 'ok' })
    default:
      return undefined
  }
}

/** Feedback answers nothing but that it was taken: it is counted for the version whose answer it is about. */
function takeFeedback({ metrics, models }: Serving, model: Served, bytes: Buffer): Answer {
  const { reward, version } = feedbackIn(model.name, bytes)
  const of = version === undefined ? model : (models.find(model.name, version) ?? model)
  metrics.feedback(of.name, of.version, reward)
  return json({ meta: { requestPath: { [of.name]: of.version } } })
}

function ofModel({ models, version }: Serving, path: string): Answer | undefined {
  const described = OPENAPI.exec(path)
  if (described) {
    const model = picked(models, described[1], described[2])
    return openApi(model, version, models.find()?.name === model.name)
  }
  const v2 = V2_MODEL.exec(path)
  if (v2 && v2[3] !== '/infer') {
    const model = picked(models, v2[1], v2[2])
    return v2[3] ? json({ name: model.name, ready: true }) : metadata(model, models.versionsOf(model.name))
  }
  const v1 = V1_MODEL.exec(path)
  if (!v1 || v1[2]) return undefined
  return json({ name: picked(models, v1[1]).name, ready: true })
}

/** MLflow's clients find this field in an error; how the server works inside is nobody's business, so that it is empty. */
const UNTOLD = { stack_trace: '' }

/** What is told of a failure: a caller's fault in full, anything else without what it was. */
export function problemOf(error: unknown): Answer {
  if (error instanceof RequestProblem)
    return json({ error_code: error.code, message: error.message, error: error.message, ...UNTOLD }, error.status)
  if (error instanceof InputProblem) {
    const message = `Failed to enforce schema of data: ${error.message}`
    return json({ error_code: 'BAD_REQUEST', message, error: error.message, ...UNTOLD }, 400)
  }
  return json(
    { error_code: 'INTERNAL_ERROR', message: 'The model could not predict for this request; the log of the server says why.' },
    500,
  )
}
