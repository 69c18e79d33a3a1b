import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import { command, query } from '../db/handles.ts'
import { silent } from '../http/log.ts'
import type { As } from '../testing/accounts.ts'
import { overEachDatabase } from '../testing/databases.ts'
import { Promoters } from '../testing/promotions.ts'
import { testSettings } from '../testing/server.ts'
import { Auditor, DEFAULT_SCHEDULE } from './index.ts'

const SOURCE = command("update model_version set source = 'https://user:secret@models.example/m.pkl' where version = 1")
const ROWS = query<{ n: number }>('select (select count(*) from audit_report) * 1000 + (select count(*) from audit_finding) as n')
const DAY_MS = 86_400_000
const POLICY = 'version: 1\nrules:\n  - models: "*"\n    aliases: [champion]\n    require: { scan: [not_looked_at] }\n'

const audits = (as: As, path = '', method = 'GET', body?: object) => as.call(method, `/api/2.0/millrace/audits${path}`, body)

async function ok(answer: ReturnType<As['call']>) {
  const { status, body, text } = await answer
  assert.equal(status, 200, text)
  return body
}

/** Lets an auditor work until nothing is due. */
async function audited(db: Database, schedule = { ...DEFAULT_SCHEDULE, every_ms: 0 }, now_ms = Date.now()): Promise<void> {
  const clock: Clock = { now: () => now_ms, after: () => () => {} }
  const errors: unknown[] = []
  const log = { ...silent, error: (told: unknown) => errors.push(told) }
  const auditor = new Auditor(db, testSettings(), log, true, schedule, clock)
  auditor.start()
  while (!auditor.idle) await new Promise((resolve) => setTimeout(resolve, 5))
  await auditor.stop()
  assert.deepEqual(errors, [])
}

const finding = (rule: string, file: string, weight = 'high', more: object = {}) => ({
  rule,
  category: 'REMOTE_CODE_EXECUTION',
  severity: weight,
  confidence: 'high',
  context: 'code',
  weight,
  title: 'A title',
  file,
  line: 3,
  end_line: 4,
  evidence: '<script>alert(1)</script>',
  why: 'why',
  means: 'means',
  recommendation: 'do',
  cwe: 502,
  fingerprint: `${rule}-${file}`.replaceAll(/\W/g, '-'),
  ...more,
})
const report = (name: string, findings: readonly object[], more: object = {}) => ({
  auditor: 'millrace',
  name,
  target: 'folder',
  risk: 'SAFE',
  verdict: 'Pass',
  rules_version: '2026.1.1',
  files: 2,
  lines: 30,
  not_read: [],
  findings,
  allowed: [],
  passed: [],
  ...more,
})

overEachDatabase('kept audits', (open) => {
  test('the server finds in its registry what production points to and what is missing, one finding a version', async () => {
    const people = await Promoters.on(await open())
    await people.ok(people.policy(POLICY))
    const bad = await people.version('alice', 'churn', 'one')
    const fine = await people.version('alice', 'churn', 'two')
    await people.ok(people.setAlias('alice', 'churn', 'champion', bad))
    await people.ok(people.setAlias('alice', 'churn', 'challenger', fine))
    await people.ok(people.setAlias('alice', 'churn', 'live', fine))
    await people.scanned('churn', bad, 'malicious')
    await people.scanned('churn', fine, 'clean')
    await people.db.write(async (tx) => tx.run(SOURCE))
    const root = people.as('root')
    const { audit } = await ok(audits(root, '/run', 'POST', {}))
    assert.deepEqual([audit.state, audit.origin, audit.asked_by], ['waiting', 'request', 'root'])
    assert.equal((await ok(audits(root, '/run', 'POST', {}))).audit.audit_id, audit.audit_id, 'one that waits is enough')
    assert.equal((await audits(root, `/${audit.audit_id}/report`)).status, 409)
    await audited(people.db)
    const got = await ok(audits(root, `/${audit.audit_id}`))
    assert.deepEqual([got.audit.state, got.audit.risk, got.audit.verdict], ['done', 'CRITICAL', 'Fail'])
    const { findings } = await ok(audits(root, `/${audit.audit_id}/findings`))
    assert.deepEqual(
      findings.map((one: Record<string, string>) => [one.weight, one.rule, one.file, one.evidence]),
      [
        ['critical', 'registry/malicious', `models:/churn/${bad}`, '@champion'],
        ['high', 'registry/outside-source', `models:/churn/${bad}`, 'https://***@models.example/m.pkl'],
        ['medium', 'registry/unsigned', `models:/churn/${bad}`, '@champion'],
        ['medium', 'registry/unsigned', `models:/churn/${fine}`, '@live'],
        ['medium', 'registry/unapproved', `models:/churn/${bad}`, '@champion'],
        ['medium', 'registry/unapproved', `models:/churn/${fine}`, '@live'],
        ['medium', 'registry/unprotected', `models:/churn/${fine}`, '@live'],
      ],
    )
    assert.ok(got.passed.includes('2 model versions were looked at, 2 of them in production.'), String(got.passed))
    const only = await ok(audits(root, `/${audit.audit_id}/findings?weight=high&category=MODEL_INTEGRITY&search=CHURN`))
    assert.deepEqual(
      only.findings.map(({ rule }: { rule: string }) => rule),
      ['registry/outside-source'],
    )
  })

  test('a second audit tells what is new and what is gone; the same registry gives the same bytes', async () => {
    const people = await Promoters.on(await open())
    const v = await people.version('alice', 'churn', 'one')
    const root = people.as('root')
    const make = async (): Promise<string> => {
      const { audit } = await ok(audits(root, '/run', 'POST', {}))
      await audited(people.db)
      return audit.audit_id
    }
    await people.ok(people.policy('version: 1\nrules: []\n'))
    await people.ok(people.setAlias('alice', 'churn', 'champion', v))
    const [first, second] = [await make(), await make()]
    for (const format of ['json', 'sarif', 'markdown', 'html']) {
      const texts = await Promise.all([first, second].map((id) => audits(root, `/${id}/report?format=${format}`)))
      assert.equal(texts[0]?.status, 200)
      assert.equal(texts[0]?.text, texts[1]?.text, format)
      assert.match(String(texts[0]?.headers['content-disposition']), /^attachment; filename="au-[0-9a-f]{16}\.\w+"$/)
      assert.match(String(texts[0]?.headers['content-security-policy']), /sandbox/)
    }
    const same = await ok(audits(root, `/${second}/comparison`))
    assert.deepEqual([same.with.audit_id, same.new_count, same.gone_count], [first, 0, 0])
    const none = await ok(audits(root, `/${first}/comparison`))
    assert.deepEqual([none.with, none.new, none.gone], [undefined, [], []])
    const other = await people.version('alice', 'churn', 'two')
    await people.ok(people.setAlias('alice', 'churn', 'champion', other))
    const third = await make()
    const changed = await ok(audits(root, `/${third}/comparison`))
    const files = (all: { file: string }[]) => [...new Set(all.map(({ file }) => file))]
    assert.deepEqual([files(changed.new), files(changed.gone)], [[`models:/churn/${other}`], [`models:/churn/${v}`]])
    assert.equal(changed.new_count, changed.new.length)
    const back = await ok(audits(root, `/${third}/comparison?with=${third}`))
    assert.equal(back.new_count, 0)
  })

  test('the registry is audited when its time has come, once; an empty one is not, and what is old is removed', async () => {
    const people = await Promoters.on(await open())
    const root = people.as('root')
    const now_ms = Date.now()
    await audited(people.db, DEFAULT_SCHEDULE, now_ms)
    assert.deepEqual((await ok(audits(root))).audits, [])
    await people.version('alice', 'churn', 'one')
    for (const at_ms of [now_ms, now_ms, now_ms + DAY_MS - 1]) await audited(people.db, DEFAULT_SCHEDULE, at_ms)
    const [one, ...others] = (await ok(audits(root))).audits
    assert.deepEqual([one.origin, one.asked_by, one.state, others.length], ['schedule', '', 'done', 0])
    await audited(people.db, DEFAULT_SCHEDULE, now_ms + DAY_MS)
    assert.equal((await ok(audits(root))).audits.length, 2)
    await audited(people.db, { every_ms: 0, keep_ms: DAY_MS }, now_ms + DAY_MS + 1)
    assert.equal((await ok(audits(root))).audits.length, 1)
    assert.equal((await ok(audits(root, '/prune', 'POST', { older_than_days: 1 }))).deleted, 0)
  })

  test('a report that was made elsewhere is kept: its risk is worked out anew, and what was judged counts for nothing', async () => {
    const people = await Promoters.on(await open())
    const alice = people.as('alice')
    const judged = { ...finding('rce/pickle', 'b.py', 'critical'), reason: 'our own', by: 'baseline' }
    const sent = report('kit', [finding('rce/joblib', 'a.py'), finding('rce/joblib', 'c.py', 'low')], { allowed: [judged] })
    const { audit } = await ok(audits(alice, '', 'POST', sent))
    assert.deepEqual([audit.risk, audit.verdict, audit.state, audit.origin, audit.allowed], ['HIGH', 'Fail', 'done', 'sent', 1])
    assert.deepEqual(audit.counts, { critical: 0, high: 1, medium: 0, low: 1, info: 0 })
    const json = await audits(alice, `/${audit.audit_id}/report`)
    assert.deepEqual(JSON.parse(json.text), { ...sent, risk: 'HIGH', verdict: 'Fail' })
    assert.equal((await audits(alice, `/${audit.audit_id}/report`)).text, json.text)
    const html = await audits(alice, `/${audit.audit_id}/report?format=html`)
    assert.ok(!html.text.includes('<script>'))
    assert.equal((await ok(audits(alice, `/${audit.audit_id}/findings?allowed=true`))).findings[0].reason, 'our own')
    const first = await ok(audits(alice, `/${audit.audit_id}/findings?max_results=1`))
    const rest = await ok(
      audits(alice, `/${audit.audit_id}/findings?max_results=1&page_token=${encodeURIComponent(first.next_page_token)}`),
    )
    assert.deepEqual([first.findings[0].file, rest.findings[0].file, rest.next_page_token], ['a.py', 'c.py', undefined])
    await ok(audits(alice, '', 'POST', report('other', [])))
    const next = await ok(audits(alice, '', 'POST', report('kit', [finding('rce/joblib', 'a.py')])))
    const { previous } = await ok(audits(alice, `/${next.audit.audit_id}`))
    assert.equal(previous.audit_id, audit.audit_id, 'of the same name')
    assert.deepEqual(
      (await ok(audits(alice, '?name=KI&max_results=1'))).audits.map(({ name }: { name: string }) => name),
      ['kit'],
    )
    for (const bad of [
      { ...sent, target: 'moon' },
      { ...sent, findings: [finding('<b>', 'a.py')] },
      { ...sent, findings: [finding('rce/joblib', 'a.py', 'huge')] },
      { ...sent, name: '' },
      { ...sent, findings: Array.from({ length: 10_001 }, () => finding('a/b', 'c')) },
    ]) {
      const { status, body } = await audits(alice, '', 'POST', bad)
      assert.deepEqual([status, body.error_code], [400, 'INVALID_PARAMETER_VALUE'])
    }
  })

  test('AZ-16 others than admins see what they sent, and what is not theirs is not there', async () => {
    const people = await Promoters.on(await open())
    const [alice, bob, root] = [people.as('alice'), people.as('bob'), people.as('root')]
    const { audit } = await ok(audits(alice, '', 'POST', report('kit', [finding('rce/joblib', 'a.py')])))
    await people.version('alice', 'churn', 'one')
    assert.equal((await audits(alice, '/run', 'POST', {})).status, 403)
    assert.equal((await audits(alice, '/prune', 'POST', { older_than_days: 1 })).status, 403)
    await ok(audits(root, '/run', 'POST', {}))
    await audited(people.db)
    const seen = async (as: As): Promise<string[]> => (await ok(audits(as))).audits.map(({ name }: { name: string }) => name)
    assert.deepEqual(await seen(root), ['registry of workspace default', 'kit'])
    assert.deepEqual(await seen(alice), ['kit'])
    assert.deepEqual(await seen(bob), [])
    const free = (await audits(bob, '/au-none')).body
    for (const path of ['', '/findings', '/comparison', '/report']) {
      const { status, body } = await audits(bob, `/${audit.audit_id}${path}`)
      assert.deepEqual([status, body.message], [404, free.message.replace('au-none', audit.audit_id)])
    }
    assert.equal((await audits(bob, `/${audit.audit_id}`, 'DELETE')).status, 404)
    await ok(audits(alice, `/${audit.audit_id}`, 'DELETE'))
    await ok(audits(root, `/${(await ok(audits(root))).audits[0].audit_id}`, 'DELETE'))
    assert.equal((await people.db.reader.get(ROWS))?.n, 0)
  })
})
