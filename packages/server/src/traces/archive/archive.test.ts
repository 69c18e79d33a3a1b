import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Database } from '../../db/database.ts'
import { query } from '../../db/handles.ts'
import { emptyTrash } from '../../gc/index.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { type Answer, TestServer } from '../../testing/server.ts'
import { archiveTraces } from '../index.ts'

const CONTENTS = query<{ n: number }>("select count(*) as n from span where content <> ''")
const EVER = Number.MAX_SAFE_INTEGER

class Archivist {
  readonly db: Database
  readonly server: TestServer
  experiment_id = ''

  constructor(db: Database) {
    this.db = db
    this.server = new TestServer(db)
  }

  async start(): Promise<this> {
    this.experiment_id = (await this.server.post('experiments/create', { name: 'traced' })).body.experiment_id
    return this
  }

  /** A trace of two spans, which began so many seconds after 1970; gives its id. */
  async send(id: string, at_s: number, ended = true): Promise<string> {
    const span = (span_id: string, parent?: string) => ({
      traceId: id.repeat(16),
      spanId: span_id.repeat(8),
      ...(parent && { parentSpanId: parent.repeat(8) }),
      name: `step ${span_id}`,
      startTimeUnixNano: `${at_s}000000001`,
      ...((ended || parent) && { endTimeUnixNano: `${at_s + 1}000000001` }),
      attributes: [{ key: 'mlflow.spanInputs', value: { stringValue: '{"q":"what,\\n is ],[ it?"}' } }],
    })
    const spans = ended ? [span('01'), span('02', '01')] : [span('02', '01')]
    const answer = await this.export({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
    assert.equal(answer.text, '{}')
    return `tr-${id.repeat(16)}`
  }

  export(body: object): Promise<Answer> {
    const headers = { 'content-type': 'application/json', 'x-mlflow-experiment-id': this.experiment_id }
    return this.server.call('POST', '/v1/traces', Buffer.from(JSON.stringify(body)), headers)
  }

  get(path: string): Promise<Answer> {
    return this.server.call('GET', path)
  }

  async spansOf(trace_id: string): Promise<unknown[]> {
    return (await this.get(`/api/3.0/mlflow/traces/get?trace_id=${trace_id}`)).body.trace.spans
  }

  fileOf(trace_id: string): string {
    const root = this.server.settings.artifacts_destination
    return join(root, this.experiment_id, 'traces', trace_id, 'artifacts', 'traces.json')
  }

  archive(before_ms = EVER, dry_run = false): ReturnType<typeof archiveTraces> {
    return archiveTraces(this.db, this.server.settings, { before_ms }, dry_run)
  }
}

overEachDatabase('archived traces', (open) => {
  test('answer as before, with their spans from the file that clients of every version read', async () => {
    const a = await new Archivist(await open()).start()
    const trace_id = await a.send('ab', 100)
    const paths = [`traces/get?trace_id=${trace_id}`, `traces/batchGet?trace_ids=${trace_id}`]
    const before: Answer[] = []
    for (const path of paths) before.push(await a.get(`/api/3.0/mlflow/${path}`))
    const file = `/ajax-api/2.0/mlflow/get-trace-artifact?request_id=${trace_id}`
    const download = (await a.get(file)).text
    assert.deepEqual(await a.archive(EVER, true), { traces: 1, bytes: readableSize(download), left: [] })
    assert.equal((await a.db.reader.get(CONTENTS))?.n, 2, 'a dry run moves nothing')
    assert.equal((await a.archive()).traces, 1)
    assert.equal((await a.db.reader.get(CONTENTS))?.n, 0)
    assert.equal((await a.archive()).traces, 0, 'once is enough')
    for (const [at, path] of paths.entries()) {
      const { body } = await a.get(`/api/3.0/mlflow/${path}`)
      const now = body.trace ?? body.traces[0]
      const then = before[at]?.body.trace ?? before[at]?.body.traces[0]
      assert.deepEqual(now.spans, then.spans)
      assert.equal(now.spans.length, 2)
      const { tags } = now.trace_info
      assert.equal(tags['mlflow.trace.spansLocation'], 'ARCHIVE_REPO')
      assert.equal(tags['mlflow.trace.archiveLocation'], tags['mlflow.artifactLocation'])
    }
    assert.deepEqual(JSON.parse((await a.get(file)).text), JSON.parse(download))
    assert.deepEqual(JSON.parse(readFileSync(a.fileOf(trace_id), 'utf8')), JSON.parse(download))
    const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: a.experiment_id } }]
    for (const [filter, n] of [
      ["span.name = 'step 02'", 1],
      ["span.content LIKE '%what%'", 0],
    ] as const) {
      const found = await a.server.call('POST', '/api/3.0/mlflow/traces/search', { locations, filter })
      assert.equal(found.body.traces.length, n, filter)
    }
  })

  test('are moved once, however many archive at the same time', async () => {
    const a = await new Archivist(await open()).start()
    const ids: string[] = []
    for (let n = 0; n < 20; n++) ids.push(await a.send(n.toString(16).padStart(2, '0'), 100))
    const archivals = await Promise.all([a.archive(), a.archive(), a.archive()])
    assert.equal(
      archivals.reduce((sum, { traces }) => sum + traces, 0),
      20,
    )
    assert.deepEqual(
      archivals.flatMap(({ left }) => left),
      [],
    )
    for (const id of ids) assert.equal((await a.spansOf(id)).length, 2, id)
  })

  test('are those that began long enough ago and have ended; no spans are taken for them any more', async () => {
    const a = await new Archivist(await open()).start()
    const old = await a.send('01', 100)
    const young = await a.send('02', 300)
    const open_still = await a.send('03', 100, false)
    assert.equal((await a.archive(200_000)).traces, 1)
    assert.ok(existsSync(a.fileOf(old)))
    for (const trace_id of [young, open_still]) assert.ok(!existsSync(a.fileOf(trace_id)), trace_id)
    const span = { traceId: '01'.repeat(16), spanId: '0a'.repeat(8), name: 'late', startTimeUnixNano: '1', endTimeUnixNano: '2' }
    const late = await a.export({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
    assert.equal(late.body.partialSuccess.rejectedSpans, '1')
    assert.equal((await a.spansOf(old)).length, 2)
    const tag = { key: 'mlflow.trace.archiveLocation', value: 'file:///etc' }
    assert.equal((await a.server.call('PATCH', `/api/3.0/mlflow/traces/${old}/tags`, tag)).status, 400)
  })

  test('are not taken from a file that somebody changed, and have no spans when it is gone', async () => {
    const a = await new Archivist(await open()).start()
    const trace_id = await a.send('cd', 100)
    await a.archive()
    const text = readFileSync(a.fileOf(trace_id), 'utf8')
    writeFileSync(a.fileOf(trace_id), text.replace('step 02', 'step 03'))
    const changed = await a.get(`/api/3.0/mlflow/traces/get?trace_id=${trace_id}`)
    assert.equal(changed.body.error_code, 'INVALID_STATE')
    assert.match(changed.body.message, /not those that were written/)
    writeFileSync(a.fileOf(trace_id), text)
    assert.equal((await a.spansOf(trace_id)).length, 2)
    rmSync(a.fileOf(trace_id))
    assert.equal((await a.spansOf(trace_id))?.length ?? 0, 0)
  })

  test('leave a file when they are deleted, which gc removes', async () => {
    const a = await new Archivist(await open()).start()
    const gone = await a.send('aa', 100)
    const kept = await a.send('bb', 100)
    assert.equal((await a.archive()).traces, 2)
    const body = { experiment_id: a.experiment_id, request_ids: [gone] }
    assert.equal((await a.server.call('POST', '/api/3.0/mlflow/traces/delete-traces', body)).body.traces_deleted, 1)
    const emptied = await emptyTrash(a.db, a.server.settings, { before_ms: 0, dry_run: false })
    assert.equal(emptied.files, 1)
    assert.ok(!existsSync(a.fileOf(gone)))
    assert.equal((await a.spansOf(kept)).length, 2)
    assert.equal((await emptyTrash(a.db, a.server.settings, { before_ms: 0, dry_run: false })).files, 0)
  })
})

/** The file has a line for each span, where the download of spans in rows has none. */
const readableSize = (download: string): number => {
  const spans = JSON.parse(download).spans.length
  return Buffer.byteLength(download) + spans + 1
}
