import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../../clock.ts'
import { silent } from '../../http/log.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { TestServer } from '../../testing/server.ts'
import { Archivist } from './archivist.ts'
import { readRetention } from './retention.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const NOW_MS = 100 * DAY_MS

test('the file of MLflow is read, and what is wrong in it is named', async () => {
  const long = 'long_retention_allowlist: [7, "8"]\n  interval_seconds: 60\n  max_traces_per_pass: 10\n  location: s3://b/archive'
  assert.deepEqual(await readRetention(`trace_archival:\n  enabled: true\n  retention: 30d\n  ${long}`), {
    keep_ms: 30 * DAY_MS,
    interval_ms: MINUTE_MS,
    max: 10,
    may_keep_longer: new Set(['7', '8']),
    unused_location: 's3://b/archive',
  })
  assert.equal(await readRetention('trace_archival: {enabled: false, retention: 30d}'), undefined)
  for (const [text, why] of [
    ['', /needs trace_archival/],
    ['trace_archival: {retention: 30d}', /enabled/],
    ['trace_archival: {enabled: true, retention: 30}', /retention/],
    ['trace_archival: {enabled: true, retention: 1.5d}', /retention/],
    ['trace_archival: {enabled: true, retention: 1d, interval_seconds: 0}', /interval_seconds/],
    ['trace_archival: {enabled: true, retention: 1d, interval_seconds: 86401}', /interval_seconds/],
    ['trace_archival: {enabled: true, retention: 1d, max_traces_per_pass: no}', /max_traces_per_pass/],
    ['trace_archival: {enabled: true, retention: 1d, long_retention_allowlist: 7}', /long_retention_allowlist/],
    ['trace_archival: [', /./],
  ] as const) {
    await assert.rejects(readRetention(text), why, text)
  }
})

/** A clock that stands still until it is told the next time at which something is due. */
class Hours implements Clock {
  at_ms = NOW_MS
  #due: { at_ms: number; work: () => void } | undefined
  #set = Promise.withResolvers<void>()

  now = (): number => this.at_ms

  after(ms: number, work: () => void): () => void {
    this.#due = { at_ms: this.at_ms + ms, work }
    this.#set.resolve()
    return () => {
      this.#due = undefined
    }
  }

  /** Waits until somebody sleeps. */
  async asleep(): Promise<void> {
    await this.#set.promise
  }

  wakeAt(at_ms: number): void {
    this.at_ms = at_ms
    const due = this.#due
    assert.ok(due && due.at_ms <= at_ms, 'nobody is due by then')
    this.#set = Promise.withResolvers<void>()
    due.work()
  }
}

overEachDatabase('a server that archives', (open) => {
  test('moves what is old enough, by the server, the workspace or the experiment, and what a tag asks for at once', async () => {
    const db = await open()
    const server = new TestServer(db)
    const experiment = async (name: string, tags: Record<string, string> = {}): Promise<string> => {
      const { experiment_id } = (await server.post('experiments/create', { name })).body
      for (const [key, value] of Object.entries(tags)) await server.post('experiments/set-experiment-tag', { experiment_id, key, value })
      return experiment_id
    }
    let sent = 0
    const send = async (experiment_id: string, age_ms: number): Promise<string> => {
      const id = (++sent).toString(16).padStart(32, '0')
      const start = BigInt(NOW_MS - age_ms) * 1_000_000n
      const span = { traceId: id, spanId: id.slice(16), name: 's', startTimeUnixNano: `${start}`, endTimeUnixNano: `${start + 1n}` }
      const headers = { 'content-type': 'application/json', 'x-mlflow-experiment-id': experiment_id }
      const body = Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }))
      assert.equal((await server.call('POST', '/v1/traces', body, headers)).text, '{}')
      return `tr-${id}`
    }
    const retention = (value: string): string => JSON.stringify({ type: 'duration', value })
    const plain = await experiment('plain')
    const shorter = await experiment('shorter', { 'mlflow.trace.archivalRetention': retention('1d') })
    const longer = await experiment('longer', { 'mlflow.trace.archivalRetention': retention('60d') })
    const allowed = await experiment('allowed', { 'mlflow.trace.archivalRetention': retention('60d') })
    const asked = await experiment('asked', { 'mlflow.trace.archiveNow': '{"older_than": "1h"}' })
    const traces: [trace_id: string, where: string][] = []
    for (const [where, id] of Object.entries({ plain, shorter, longer, allowed, asked })) {
      for (const age of [40, 2, 0]) traces.push([await send(id, age * DAY_MS), `${where} ${age}`])
    }
    const archived = async (): Promise<string> => {
      const names: string[] = []
      for (const [trace_id, where] of traces) {
        const { tags } = (await server.call('GET', `/api/3.0/mlflow/traces/${trace_id}`)).body.trace.trace_info
        if (tags['mlflow.trace.spansLocation'] === 'ARCHIVE_REPO') names.push(where)
      }
      return names.join(', ')
    }
    const clock = new Hours()
    const text = `trace_archival: {enabled: true, retention: 30d, interval_seconds: 60, long_retention_allowlist: [${allowed}]}`
    const rules = await readRetention(text)
    assert.ok(rules)
    const archivist = new Archivist(db, server.settings, rules, silent, clock)
    archivist.start()
    await clock.asleep()
    assert.equal(await archived(), 'plain 40, shorter 40, shorter 2, longer 40, asked 40, asked 2')
    const { tags = [] } = (await server.get('experiments/get', { experiment_id: asked })).body.experiment
    assert.deepEqual(tags, [], 'it was asked for once')
    clock.wakeAt(NOW_MS + MINUTE_MS + 21 * DAY_MS)
    await clock.asleep()
    assert.equal(await archived(), 'plain 40, shorter 40, shorter 2, shorter 0, longer 40, allowed 40, asked 40, asked 2')
    for (const [trace_id] of traces) {
      const { spans } = (await server.call('GET', `/api/3.0/mlflow/traces/get?trace_id=${trace_id}`)).body.trace
      assert.equal(spans.length, 1, trace_id)
    }
    await archivist.stop()
  })
})
