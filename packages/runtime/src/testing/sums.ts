import type { AddressInfo } from 'node:net'
import type { Backend, Frame } from '../backend.ts'
import { LIMITS, type Limits } from '../protocols/limits.ts'
import { Metrics } from '../serving/metrics.ts'
import { Models } from '../serving/models.ts'
import { type Served, serve } from '../serving/served.ts'
import { createServing } from '../serving/server.ts'
import { readSignature } from '../signature/signature.ts'

const sumOf = ({ data }: Frame, row: number): number => data.reduce((sum, column) => sum + Number(column[row] ?? Number.NaN), 0)

/** A model of one line: a row's sum, and the chance that it is over zero. */
export const sums: Backend = {
  kind: 'sums',
  inputs: undefined,
  classes: [0, 1],
  predict: (frame) => ({ values: Float64Array.from({ length: frame.rows }, (_, row) => sumOf(frame, row)), columns: 1 }),
  predictProba: (frame) => ({
    values: Float64Array.from({ length: frame.rows * 2 }, (_, at) => {
      const chance = 1 / (1 + Math.exp(-sumOf(frame, at >> 1)))
      return at % 2 === 1 ? chance : 1 - chance
    }),
    columns: 2,
  }),
}

/** Columns as MLmodel has them: `{ a: 'long' }`. */
export const columnsOf = (types: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(types).map(([name, type]) => ({ type: type.replace('?', ''), name, required: !type.endsWith('?') })))

/** The model with a signature, as it would be served. */
export const served = (inputs: string | undefined, part: Partial<Served> = {}): Served =>
  serve({
    name: 'sums',
    version: '1',
    uri: 'models:/sums/1',
    backend: sums,
    signature: readSignature(inputs, JSON.stringify([{ type: 'double' }])),
    method: 'predict',
    digests: new Map(),
    ...part,
  })

/** A server for models that listens on a port of its own until the test ends. */
export async function serving(
  t: { after(work: () => void): void },
  all: readonly Served[],
  { limits, token }: { limits?: Partial<Limits>; token?: string } = {},
) {
  const models = new Models()
  for (const model of all) models.put(model)
  const failures: unknown[] = []
  const server = createServing({
    models,
    metrics: new Metrics(),
    limits: { ...LIMITS, ...limits },
    version: '9.9.9',
    token,
    any_host: false,
    onFailure: (error) => failures.push(error),
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const call = async (method: string, path: string, body?: unknown, type = 'application/json', headers: Record<string, string> = {}) => {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
    const answer = await fetch(url + path, { method, headers: { 'content-type': type, ...headers }, ...sent })
    const text = await answer.text()
    return { status: answer.status, text, body: answer.headers.get('content-type') === 'application/json' ? parsed(text) : undefined }
  }
  return { url, models, failures, call, port: (server.address() as AddressInfo).port }
}

// biome-ignore lint/suspicious/noExplicitAny: the shape is what the tests assert
const parsed = (text: string): any => (text.trim() === '' ? undefined : JSON.parse(text))
