import { parentPort, workerData } from 'node:worker_threads'
import { endpoints } from '../app.ts'
import { openSqliteReader } from '../db/sqlite.ts'
import { ApiError } from './errors.ts'
import type { Question, Reply } from './reader-thread.ts'

const db = openSqliteReader(workerData.file)
const byRoute = new Map(endpoints.map((endpoint) => [endpoint.route, endpoint]))

async function answer({ id, route, input, context }: Question): Promise<Reply> {
  try {
    const endpoint = byRoute.get(route)
    if (endpoint?.kind !== 'read') throw new Error(`${route} is not a read endpoint`)
    const text = endpoint.output.encode(await endpoint.handler(db, input, context))
    // A buffer of its own, not of the pool: it moves to the other thread instead of being copied.
    const bytes = new TextEncoder().encode(text)
    return { id, bytes }
  } catch (error) {
    if (error instanceof ApiError) return { id, code: error.code, message: error.message }
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    return { id, message, stack }
  }
}

parentPort?.on('message', async (question: Question) => {
  const reply = await answer(question)
  parentPort?.postMessage(reply, reply.bytes ? [reply.bytes.buffer as ArrayBuffer] : [])
})
