import type { Access, Endpoint, Route } from '../http/endpoint.ts'
import { STATUS_OF_CODE } from '../http/errors.ts'
import type { JsonSchema } from '../http/schema.ts'
import { OWN_VERSION } from '../own-version.ts'

/** An OpenAPI document, as far as this server writes one. */
export type OpenApi = {
  openapi: string
  info: object
  servers: object[]
  tags: { name: string }[]
  paths: Record<string, Record<string, Operation>>
  components: object
}
type Operation = {
  operationId: string
  tags: string[]
  summary: string
  description: string
  parameters?: object[]
  requestBody?: object
  responses: object
}

/** The API in OpenAPI 3.1, made from the endpoints themselves, so that it can't say anything else than what is served. */
export function describeApi(endpoints: readonly Endpoint[], settings: { static_prefix: string; version: string }): OpenApi {
  const paths: OpenApi['paths'] = {}
  const tags = new Set<string>()
  for (const endpoint of endpoints) {
    for (const route of [endpoint.route, ...(endpoint.also ?? [])]) {
      const { method, path } = partsOf(route)
      const operation = operationOf(endpoint, route)
      for (const tag of operation.tags) tags.add(tag)
      paths[path] ??= {}
      ;(paths[path] as Record<string, Operation>)[method] = operation
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Millrace',
      version: OWN_VERSION,
      summary: `The API of MLflow ${settings.version}, and what Millrace adds to it`,
      description:
        "MLflow's clients work with this server as they are: set `MLFLOW_TRACKING_URI` to its address. Every path below `/api/` answers " +
        'below `/ajax-api/` too. Failures have the form `{"error_code": "...", "message": "..."}`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: settings.static_prefix || '/' }],
    tags: [...tags].sort().map((name) => ({ name })),
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: { schemas: { Error: ERROR } },
  }
}

const ERROR: JsonSchema = {
  type: 'object',
  properties: {
    error_code: { type: 'string', enum: Object.keys(STATUS_OF_CODE), description: 'What programs decide by' },
    message: { type: 'string', description: 'What went wrong and what to do, for people' },
  },
  required: ['error_code', 'message'],
}

function partsOf(route: Route): { method: string; path: string; names: string[] } {
  const [method = '', template = ''] = route.split(' ')
  const path = template.replaceAll('{*', '{')
  return { method: method.toLowerCase(), path, names: [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name as string) }
}

function operationOf(endpoint: Endpoint, route: Route): Operation {
  const { method, path, names } = partsOf(route)
  const { properties = {}, required = [] } = endpoint.input.json as { properties?: Record<string, JsonSchema>; required?: string[] }
  const inPath = names.map((name) => parameter('path', name, properties[name] ?? { type: 'string' }, true))
  const others = Object.entries(properties).filter(([name]) => !names.includes(name))
  const inQuery = method === 'get' || (endpoint.kind === 'stream' && endpoint.takes_body !== 'json')
  const needed = required.filter((name) => !names.includes(name))
  const parameters = [
    ...inPath,
    ...(inQuery ? others.map(([name, schema]) => parameter('query', name, schema, needed.includes(name))) : []),
  ]
  return {
    operationId: `${method}${path.replace(/[^A-Za-z0-9]+/g, '_').replace(/_$/, '')}`,
    tags: [tagOf(path)],
    summary: endpoint.summary,
    description: descriptionOf(endpoint),
    ...(parameters.length > 0 && { parameters }),
    ...bodyOf(endpoint, inQuery, others, needed),
    responses: { '200': answerOf(endpoint), default: { description: 'It failed', content: json({ $ref: '#/components/schemas/Error' }) } },
  }
}

const json = (schema: JsonSchema): object => ({ 'application/json': { schema } })

function parameter(where: 'path' | 'query', name: string, schema: JsonSchema, required: boolean): object {
  const { description, ...rest } = schema
  return { name, in: where, required, schema: rest, ...(typeof description === 'string' && { description }) }
}

function bodyOf(endpoint: Endpoint, inQuery: boolean, fields: [string, JsonSchema][], required: string[]): object {
  if (endpoint.kind === 'stream' && endpoint.takes_body !== 'json') {
    if (!endpoint.takes_body) return {}
    return { requestBody: { required: true, description: 'The bytes', content: { 'application/octet-stream': {} } } }
  }
  if (inQuery || fields.length === 0) return {}
  const schema = { type: 'object', properties: Object.fromEntries(fields), ...(required.length > 0 && { required }) }
  return { requestBody: { required: required.length > 0, content: json(schema) } }
}

function answerOf(endpoint: Endpoint): object {
  if (endpoint.kind === 'stream') return { description: endpoint.answers, content: { '*/*': {} } }
  return { description: 'It worked', content: json(endpoint.output.json) }
}

const ROOMS: readonly [beginning: RegExp, tag: string][] = [
  [/^\/api\/\d\.0\/mlflow-artifacts\//, 'artifacts'],
  [/^\/(get-artifact|model-versions\/get-artifact|ajax-api)/, 'artifacts'],
  [/^\/api\/\d\.0\/?mlflow\/(server-[a-z]+)/, 'server'],
]

/** The noun after `mlflow/`; what has none is about the server. */
function tagOf(path: string): string {
  for (const [beginning, tag] of ROOMS) if (beginning.test(path)) return tag
  return /^\/api\/\d\.0\/?mlflow\/([a-z-]+)/.exec(path)?.[1] ?? 'server'
}

function descriptionOf(endpoint: Endpoint): string {
  const sentences = [`${endpoint.summary}.`, whoMay(endpoint.access)]
  if (endpoint.kind !== 'stream' && endpoint.body_max_bytes !== undefined) {
    sentences.push(`The body may be ${Math.round(endpoint.body_max_bytes / 2 ** 20)} MiB long.`)
  }
  return sentences.join(' ')
}

function whoMay(access: Access<never>): string {
  if ('public' in access) return `Needs no permission: ${access.public}.`
  if ('filtered' in access)
    return `Needs no permission: the answer holds the ${access.filtered.replaceAll('_', ' ')} that the caller may read.`
  if ('signed_in' in access) return `Needs a login and no permission: ${access.signed_in}.`
  return `Needs the permission to ${access.permission}.`
}
