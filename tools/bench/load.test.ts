import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { fullLoad, requestOf, steadyLoad } from './load.ts'
import { barsTable, type Figures, servingTable } from './serving-table.ts'

/** A server that counts who asks, and answers with what it got, in pieces. */
async function echoing(t: { after(work: () => void): void }, status = 200) {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => {
      body += piece
    })
    request.on('end', () => {
      bodies.push(body)
      response.writeHead(status, { 'content-length': body.length })
      response.write(body.slice(0, 1))
      setImmediate(() => response.end(body.slice(1)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => void server.close())
  const { port } = server.address() as AddressInfo
  const requests = ['one', 'three'].map((body) => requestOf(port, '/', body))
  return { target: { port, requests, connections: 3 }, bodies }
}

test('a full load sends each request in turn and counts every answer', async (t) => {
  const { target, bodies } = await echoing(t)
  const { n, per_s, p99_ms } = await fullLoad(target, 0.3)
  assert.equal(n, bodies.length)
  assert.ok(n > 3 && per_s > 0 && p99_ms > 0)
  assert.deepEqual(new Set(bodies), new Set(['one', 'three']))
})

test('a steady load sends as many as are due', async (t) => {
  const { target, bodies } = await echoing(t)
  const { n } = await steadyLoad(target, 200, 0.5)
  assert.deepEqual([n, bodies.length], [100, 100])
})

test('an answer that is no 200 ends a load', async (t) => {
  const { target } = await echoing(t, 500)
  await assert.rejects(fullLoad(target, 5), /500/)
  await assert.rejects(steadyLoad(target, 100, 5), /500/)
})

test('the bars are judged by medians; what was not measured is said', () => {
  const figures = (per_s: number, cpu_us: number): Figures => ({
    ...{ ready_ms: 400, idle_MiB: 60, loaded_MiB: 120, p50_ms: 1, p99_ms: 2, steady_p99_ms: 1 },
    ...{ per_s, cpu_us },
  })
  const columns = [
    { title: 'Millrace, forest', rounds: [figures(10_000, 20), figures(30_000, 20), figures(40_000, 25)] },
    { title: 'MLflow 3.17.2, forest', rounds: [figures(50, 10_000)] },
    { title: 'MLServer 1.7.1, forest', rounds: [], error: 'it ended with 1' },
  ]
  assert.match(servingTable(columns), /^\| Millrace, forest \| 30,000 \| 20 \| 1 \| 2 \| 1 \| 400 \| 60 \| 120 \|$/m)
  const bars = barsTable(columns, { rows_per_s: 150_000, rows_per_cpu_s: 210_000 })
  assert.match(bars, /^\| forest, requests\/s \| ≥ 25,000 \| 30,000 \| held \| 50,000 \|$/m)
  assert.match(bars, /^\| times as many as MLflow \| ≥ 300 \| 600 \| held \| 500 \|$/m)
  assert.match(bars, /^\| times as many as MLServer \| ≥ 80 \| – \| not measured \| – \|$/m)
  assert.match(bars, /^\| memory under load, MiB \| ≤ 110 \| 120 \| missed \| – \|$/m)
  assert.match(bars, /^\| batch on the forest, rows\/s with start \| ≥ 200,000 \| 150,000 \| missed \| 210,000 \|$/m)
})
