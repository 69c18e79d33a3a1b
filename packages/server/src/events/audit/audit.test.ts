import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../db/database.ts'
import { command, query } from '../../db/handles.ts'
import { type Authority, NOBODY } from '../../http/access.ts'
import type { AuditEntry } from '../../http/audit.ts'
import { silent } from '../../http/log.ts'
import { holdKeys, KeyRing, newKey, readKeys } from '../../secrets/index.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { startRun } from '../../testing/runs.ts'
import { TestServer } from '../../testing/server.ts'
import type { Facts } from './entry.ts'
import { AuditLog, exportLines, prune, resignAuditLog, verify } from './index.ts'

const ALL = query<Facts & { seq: number; requests: number }>('select * from audit_log order by seq')
const ACCOUNT = command("insert into account (id, name, created_ms) values (7, 'mallory', 0)")
const MOVE_ANCHOR = command('update audit_anchor set seq = 8, hash = (select hash from audit_log where seq = 9) where pruned = 1')
const LATER = command('update audit_log set at_ms = at_ms - 1000 where seq = 5')

type Place = { db: Database; audit: AuditLog; server: TestServer; refuse: (what: string) => void; keys: string[] }

async function place(db: Database): Promise<Place> {
  const keys = [newKey()]
  holdKeys(
    db.reader,
    new KeyRing(
      () => readKeys(keys.join(','), 'a test'),
      () => readKeys(keys.join(','), 'a test'),
    ),
  )
  await db.write((tx) => tx.run(ACCOUNT))
  const audit = new AuditLog(db, silent)
  let refused = ''
  const authority: Authority = {
    identify: () => ({ ...NOBODY, user: 'mallory', user_id: 7, address: '203.0.113.9' }),
    visible: () => ({ mode: 'all' }),
    permits: (_, __, resources) => !JSON.stringify(resources).includes(refused || '\0'),
  }
  const server = new TestServer(db, { webhook_allowed_hosts: ['hooks.example'] }, { audit, authority })
  return {
    db,
    audit,
    server,
    keys,
    refuse(what) {
      refused = what
    },
  }
}

const entry = (n: number, at_ms = 1_000_000 + n): AuditEntry => ({
  at_ms,
  action: 'test',
  outcome: 'done',
  who: { name: 'ann', id: 3, address: '192.0.2.1' },
  on: { kind: 'run', id: `r${n}` },
})

/** Ten linked entries. */
async function filled(db: Database): Promise<Place> {
  const made = await place(db)
  for (let n = 1; n <= 10; n++) await made.db.write((tx) => made.audit.record(tx, entry(n)))
  await made.audit.flush()
  return made
}

const problemsOf = async (db: Database): Promise<string> => (await verify(db.reader)).problems.join('\n')

overEachDatabase('the audit log', (open) => {
  test('every write is one entry in its commit, with caller, route and thing; a write that fails leaves none', async () => {
    const { db, audit, server } = await place(await open())
    const { experiment_id } = (await server.post('experiments/create', { name: 'audited' })).body
    const { run_id } = (await server.post('runs/create', { experiment_id })).body.run.info
    const metrics = [{ key: 'canary-key', value: 4711.25, timestamp: 1, step: 0 }]
    const params = [{ key: 'p', value: 'canary-value' }]
    assert.equal((await server.post('runs/log-batch', { run_id, metrics, params })).status, 200)
    assert.equal((await server.post('runs/log-metric', { run_id: 'gone', ...metrics[0] })).status, 404)
    await audit.flush()
    const entries = (await db.reader.all(ALL)).filter(({ action }) => action !== 'login')
    assert.deepEqual(
      // Logins are entries of their own, which come between these on a busy machine.
      entries.map(({ action, outcome, user_name, user_id, address, kind, target, detail }) => [
        ...[action.split('/').slice(-2).join('/'), outcome, user_name, user_id, address, kind, target, detail],
      ]),
      [
        ['experiments/create', 'done', 'mallory', 7, '203.0.113.9', 'experiment', experiment_id, ''],
        ['runs/create', 'done', 'mallory', 7, '203.0.113.9', 'experiment', experiment_id, `{"made":"run ${run_id}"}`],
        ['runs/log-batch', 'done', 'mallory', 7, '203.0.113.9', 'run', run_id, '{"metrics":1,"params":1}'],
      ],
    )
    assert.ok(!JSON.stringify(entries).includes('canary') && !JSON.stringify(entries).includes('4711.25'))
    assert.deepEqual((await verify(db.reader)).problems, [])
  })

  test('requests that say the same are one entry with their count, and the sums of what they counted', async () => {
    const { db, audit, server } = await place(await open())
    const run_id = await startRun(server)
    for (let step = 0; step < 30; step++) {
      const point = { key: 'loss', value: 1, timestamp: 1, step }
      await server.post('runs/log-metric', { run_id, ...point })
      await server.post('runs/log-batch', { run_id, metrics: [point, { ...point, key: 'b' }] })
    }
    await audit.flush()
    const told = (await db.reader.all(ALL)).filter(({ target }) => target === run_id)
    const count = (word: string): number => told.filter(({ action }) => action.includes(word)).reduce((n, { requests }) => n + requests, 0)
    assert.deepEqual([count('log-metric'), count('log-batch')], [30, 30])
    const metrics = told.map(({ detail }) => (detail === '' ? 0 : JSON.parse(detail).metrics)).reduce((sum, n) => sum + n, 0)
    assert.equal(metrics, 60)
    assert.ok(told.length <= 10, `${told.length} entries`)
    assert.deepEqual((await verify(db.reader)).problems, [])
  })

  test('what is denied and what of a registered model is downloaded is an entry, written a moment later', async () => {
    const { db, audit, server, refuse } = await place(await open())
    await server.post('registered-models/create', { name: 'm' })
    await server.post('model-versions/create', { name: 'm', source: 's3://bucket/model' })
    await server.get('model-versions/get-download-uri', { name: 'm', version: '1' })
    refuse('secret-run')
    assert.equal((await server.get('runs/get', { run_id: 'secret-run' })).status, 403)
    await audit.flush()
    const told = (await db.reader.all(ALL)).map(({ action, outcome, kind, target, detail }) =>
      [action.split('/').at(-1), outcome, kind, target, detail].join(' '),
    )
    assert.ok(told.includes('get-download-uri done registered_model m {"version":"1"}'), told.join('\n'))
    assert.ok(told.includes('get denied run secret-run '), told.join('\n'))
  })

  test('entries beyond what can be kept of a flood are counted in an entry of their own', async () => {
    const { db, audit } = await place(await open())
    for (let n = 0; n < 10_500; n++) audit.recordAlone(entry(n))
    await audit.flush()
    assert.equal(audit.dropped, 500)
    const last = (await db.reader.all(ALL)).filter(({ action }) => action === 'audit-log/dropped')
    assert.deepEqual(
      last.map(({ detail }) => detail),
      ['{"entries":500}'],
    )
  })

  test('two processes on one database make one chain', async () => {
    const { db, audit } = await place(await open())
    const other = new AuditLog(db, silent)
    await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        await db.write((tx) => (n % 2 ? audit : other).record(tx, entry(n)))
        if (n % 20 === 0) await Promise.all([audit.flush(), other.flush()])
      }),
    )
    await Promise.all([audit.flush(), other.flush()])
    const { entries, waiting, problems } = await verify(db.reader)
    assert.deepEqual([entries, waiting, problems], [200, 0, []])
  })

  for (const column of ['at_ms', 'until_ms', 'requests', 'user_id']) {
    test(`a changed ${column} is found and the entry named`, async () => {
      const { db } = await filled(await open())
      await db.write((tx) => tx.run(command(`update audit_log set ${column} = ${column} + 1 where seq = 5`)))
      assert.match(await problemsOf(db), /^entry 5 \(.*test, by ann, on run r5\) was changed[^\n]*$/)
    })
  }
  for (const column of ['action', 'outcome', 'user_name', 'address', 'kind', 'target', 'detail', 'hash']) {
    test(`a changed ${column} is found and the entry named`, async () => {
      const { db } = await filled(await open())
      await db.write((tx) => tx.run(command(`update audit_log set ${column} = ${column} || 'x' where seq = 5`)))
      assert.match(await problemsOf(db), /^entry 5 \(/)
    })
  }

  test('a removed entry, the first, the last, and one that was put in are found', async () => {
    for (const [seq, pattern] of [
      [5, /^entry 5 is missing behind entry 4/],
      [1, /^entry 1 is missing\.$/],
      [10, /^entry 10 is missing behind entry 9/],
    ] as const) {
      const { db } = await filled(await open())
      await db.write((tx) => tx.run(command(`delete from audit_log where seq = ${seq}`)))
      assert.match(await problemsOf(db), pattern)
    }
    const { db } = await filled(await open())
    await db.write((tx) => tx.run(command('delete from audit_log where seq in (9, 10)')))
    await db.write((tx) => tx.run(command('update audit_head set seq = 8, hash = (select hash from audit_log where seq = 8)')))
    assert.match(await problemsOf(db), /^the chain's end at entry 8 has a signature that is not of this server/)
  })
})

overEachDatabase('keeping the audit log', (open) => {
  test('a chain that was made anew without the key is found by its signature', async () => {
    const { db, audit } = await filled(await open())
    await db.write((tx) => tx.run(LATER))
    const [, ...rest] = await rows(db)
    assert.equal(rest.length, 9)
    await db.write(async (tx) => {
      await tx.run(command('delete from audit_log'))
      await tx.run(command('delete from audit_anchor'))
      await tx.run(command(`update audit_head set seq = 0, hash = '', anchored_seq = 0, anchored_ms = ${Date.now()}`))
    })
    holdKeys(db.reader, new KeyRing(() => readKeys(newKey(), 'somebody else')))
    for (let n = 1; n <= 10; n++) await db.write((tx) => audit.record(tx, entry(n + 1)))
    await audit.flush()
    assert.deepEqual((await verify(db.reader)).problems, [])
    holdKeys(db.reader, new KeyRing(() => readKeys(newKey(), 'the server')))
    assert.match(await problemsOf(db), /chain's end at entry 10 has a signature that can't be checked/)
  })

  test('old entries go behind a signed anchor; the rest is verified from there, and a changed anchor is found', async () => {
    const { db, audit } = await filled(await open())
    assert.deepEqual(await prune(db, 1_000_007), { entries: 6, from_seq: 6 })
    await audit.flush()
    const after = await verify(db.reader)
    assert.deepEqual([after.from_seq, after.to_seq, after.entries, after.problems], [6, 11, 5, []])
    assert.deepEqual(await prune(db, 1_000_007), { entries: 0, from_seq: 6 })
    await db.write((tx) => tx.run(command('delete from audit_log where seq <= 8')))
    await db.write((tx) => tx.run(MOVE_ANCHOR))
    assert.match(await problemsOf(db), /^the anchor at entry 8, where the chain begins, has a signature that is not of this server/)
  })

  test('a damaged log is not pruned', async () => {
    const { db } = await filled(await open())
    await db.write((tx) => tx.run(LATER))
    await assert.rejects(prune(db, 2_000_000), /damaged, and an anchor would hide it: entry 5/)
    assert.equal((await rows(db)).length, 10)
  })

  test('signatures stay good when the keys are rotated', async () => {
    const { db, keys, audit } = await filled(await open())
    await prune(db, 1_000_005)
    await audit.flush()
    const next = newKey()
    holdKeys(db.reader, new KeyRing(() => readKeys([next, ...keys].join(','), 'a test')))
    assert.equal(await db.write((tx) => resignAuditLog(tx)), 3)
    holdKeys(db.reader, new KeyRing(() => readKeys(next, 'a test')))
    assert.deepEqual((await verify(db.reader)).problems, [])
  })

  test('is exported as lines of JSON between two times', async () => {
    const { db } = await filled(await open())
    const lines: string[] = []
    for await (const line of exportLines(db.reader, 1_000_003, 1_000_006)) lines.push(line)
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).resource),
      ['r3', 'r4', 'r5'],
    )
  })

  test('is searched by user, action, resource, outcome and time, in pages, by those who may', async () => {
    const { server, refuse } = await filled(await open())
    const path = '/api/2.0/millrace/audit-log'
    const first = await server.call('GET', `${path}?user=ann&max_results=6`)
    assert.deepEqual(
      first.body.entries.map(({ resource }: { resource: string }) => resource),
      ['r10', 'r9', 'r8', 'r7', 'r6', 'r5'],
    )
    const next = await server.call('GET', `${path}?user=ann&max_results=6&page_token=${first.body.next_page_token}`)
    assert.equal(next.body.entries.length, 4)
    assert.equal((await server.call('GET', `${path}?user=bob&page_token=${first.body.next_page_token}`)).status, 400)
    for (const [search, n] of Object.entries({
      'resource=r4&kind=run': 1,
      'action=test&since=1000008': 3,
      'until=1000003': 2,
      'outcome=denied': 0,
    })) {
      assert.equal((await server.call('GET', `${path}?${search}`)).body.entries.length, n, search)
    }
    const { whole, last, problems } = (await server.call('GET', `${path}/verification`)).body
    assert.deepEqual([whole, last, problems], [true, 10, []])
    refuse('audit_log')
    for (const one of ['', '/verification', '/alerts']) assert.equal((await server.call('GET', path + one)).status, 403)
  })
})

const rows = async (db: Database): Promise<Facts[]> => db.reader.all(ALL)
