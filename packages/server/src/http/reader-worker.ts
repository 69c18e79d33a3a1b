import { parentPort, workerData } from 'node:worker_threads'
import { openSqliteReader } from '../db/sqlite.ts'
import { readWithin } from '../db/within.ts'
import type { Endpoint, Route } from './endpoint.ts'
import { ApiError } from './errors.ts'
import { credentialsIn, hideOthers, ownersOf } from './mask.ts'
import type { Question, Reply } from './reader-thread.ts'

const db = openSqliteReader(workerData.file)
const byRoute = new Map<Route, Endpoint>()

async function endpointOf(route: Route, module: string | undefined): Promise<Endpoint | undefined> {
  if (!byRoute.has(route)) {
    const exported: unknown[] = module ? Object.values(await import(module)) : [...(await import('../app.ts')).endpoints]
    for (const one of exported) if (isEndpoint(one)) byRoute.set(one.route, one)
  }
  return byRoute.get(route)
}

const isEndpoint = (value: unknown): value is Endpoint => typeof value === 'object' && value !== null && 'route' in value

async function answer({ id, route, module, input, context, hide }: Question): Promise<Reply> {
  try {
    const endpoint = await endpointOf(route, module)
    if (endpoint?.kind !== 'read') throw new Error(`${route} is not a read endpoint${module ? ` of ${module}` : ''}`)
    const output = await endpoint.handler(readWithin(db, context.caller.workspace_id), input, context)
    const hits = hide ? credentialsIn(endpoint, input, output) : []
    if (hide === 'ask' && hits.length > 0) return { id, owners: ownersOf(hits) }
    if (hide && hide !== 'ask') hideOthers(hits, hide)
    const text = endpoint.output.encode(output)
    // A buffer of its own, not of the pool: it moves to the other thread instead of being copied.
    const bytes = new TextEncoder().encode(text)
    return { id, bytes }
  } catch (error) {
    if (error instanceof ApiError) return { id, code: error.code, message: error.message }
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    return { id, message, stack }
  }
}

// One after the other, also while a module is loading: `ReaderThreads` gives the next question only then.
let previous: Promise<void> = Promise.resolve()
parentPort?.on('message', (question: Question) => {
  previous = previous.then(async () => {
    const reply = await answer(question)
    parentPort?.postMessage(reply, reply.bytes ? [reply.bytes.buffer as ArrayBuffer] : [])
  })
})
