import assert from 'node:assert/strict'
import { test } from 'node:test'
import { query } from '../../db/handles.ts'
import type { AuditEntry } from '../../http/audit.ts'
import { serverWithAccounts } from '../../testing/accounts.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { Promoters, requestIn } from '../../testing/promotions.ts'
import type { Answer } from '../../testing/server.ts'

const DELIVERIES = query<{ event: string; body: string }>('select event, body from webhook_delivery order by id')
const REPORTS = query<{ n: number }>('select count(*) as n from rollout_report')

const side = (requests: number, errors = 0) => ({
  requests,
  errors,
  refused: 0,
  latency: [requests],
  outputs: [{ bin: '3', count: requests }],
})

/** Rollouts of the model `m`, by people and by processes that serve. */
class Rollouts {
  readonly people: Promoters
  readonly alias: string

  constructor(people: Promoters, alias: string) {
    this.people = people
    this.alias = alias
  }

  post(who: string, verb: string, fields: object): Promise<Answer> {
    return this.people.as(who).call('POST', `/api/2.0/millrace/rollouts/${verb}`, { name: 'm', alias: this.alias, ...fields })
  }

  start(who: string, version: string, fields: object = {}): Promise<Answer> {
    return this.post(who, 'start', { version, step_seconds: 0, min_requests: 100, ...fields })
  }

  say(who: string, verb: 'pause' | 'resume' | 'promote' | 'abort' | 'rollback', reason = 'a reason'): Promise<Answer> {
    return this.post(who, verb, { reason })
  }

  async now(): Promise<Answer['body']> {
    return this.people.ok(this.people.as('root').call('GET', `/api/2.0/millrace/rollouts/get?name=m&alias=${this.alias}`))
  }

  /** A report by a process in the account of `dave`, of the step that goes on. */
  async report(
    candidate: object,
    { who = 'dave', process = 'p1', stable = side(1_900), ...more }: Record<string, unknown> = {},
  ): Promise<Answer> {
    const { rollout } = await this.now()
    const { rollout_id, step } = rollout
    return this.post(who as string, 'report', { rollout_id, step, process, counts: { stable, candidate }, ...more })
  }
}

async function begin(people: Promoters, alias = 'live'): Promise<{ rollouts: Rollouts; stable: string; next: string }> {
  const stable = await people.version('alice', 'm', 'first')
  const next = await people.version('alice', 'm', 'second')
  await people.ok(people.setAlias('alice', 'm', alias, stable))
  return { rollouts: new Rollouts(people, alias), stable, next }
}

overEachDatabase('rollouts', (open) => {
  test('steps are taken when the reports of all processes together say so, and the alias is moved after the last', async () => {
    const people = await Promoters.on(await open())
    const { rollouts, stable, next } = await begin(people)
    await people.ok(
      people.as('root').post('webhooks', {
        name: 'w',
        url: 'https://example.com/',
        events: ['STARTED', 'STEPPED', 'FINISHED'].map((action) => ({ entity: 'ROLLOUT', action })),
      }),
    )
    const { rollout } = await people.ok(rollouts.start('alice', next, { steps: [5, 50, 100], reason: 'less churn' }))
    assert.deepEqual([rollout.state, rollout.weight, rollout.stable_version, rollout.version], ['running', 5, stable, next])
    assert.equal((await rollouts.start('bob', next)).status, 409)
    // Neither process has seen enough; both together have.
    assert.equal((await people.ok(rollouts.report(side(60)))).rollout.weight, 5)
    assert.equal((await people.ok(rollouts.report(side(60)))).rollout.weight, 5)
    const { figures, waits_for } = await rollouts.now()
    assert.deepEqual([figures.processes, figures.candidate.requests, waits_for], [1, 60, '60 of 100 requests'])
    const answer = await people.ok(rollouts.report(side(60), { process: 'p2' }))
    assert.deepEqual([answer.rollout.weight, answer.rollout.step], [50, 1])
    assert.match(answer.decided, /errors: 0\.0 % of 120 requests/)
    await people.ok(rollouts.report(side(120)))
    assert.equal(await people.aliasOf('m', 'live'), stable)
    const last = await people.ok(rollouts.report(side(120), { stable: side(0) }))
    assert.equal(last.rollout.state, 'finished')
    assert.equal(await people.aliasOf('m', 'live'), next)
    const { events } = await rollouts.now()
    assert.deepEqual(
      events.map(({ what, weight, user }: Record<string, unknown>) => [what, weight, user]),
      [
        ['started', 5, 'alice'],
        ['stepped', 50, 'dave'],
        ['stepped', 100, 'dave'],
        ['finished', 100, 'dave'],
      ],
    )
    assert.equal(JSON.parse(events[3].figures).candidate.requests, 120)
    const told = (await people.db.reader.all(DELIVERIES)).map(({ event, body }) => [event, JSON.parse(body).data.weight])
    assert.deepEqual(told.at(0), ['rollout.started', 5])
    assert.deepEqual(told.at(-1), ['rollout.finished', 100])
    // What the figures were is in the history; the reports are gone.
    assert.equal((await people.db.reader.get(REPORTS))?.n, 0)
    const { moves } = (await people.as('root').call('GET', '/api/2.0/millrace/promotions/history?name=m&alias=live')).body
    assert.deepEqual([moves[0].to_version, moves[0].user, moves[0].reason], [next, 'alice', `rollout ${rollout.rollout_id} is finished`])
    const { rollouts: listed } = (await people.as('bob').call('GET', '/api/2.0/millrace/rollouts/list?name=m&all=true')).body
    assert.deepEqual(
      listed.map(({ state }: { state: string }) => state),
      ['finished'],
    )
    // Whoever still runs the step that is over learns how it ended.
    const late = await people.ok(
      rollouts.post('dave', 'report', {
        rollout_id: rollout.rollout_id,
        step: 2,
        process: 'p3',
        counts: { stable: side(1), candidate: side(1, 1) },
      }),
    )
    assert.equal(late.rollout.state, 'finished')
  })

  test('a version that fails goes back by itself, and the record says why', async () => {
    const people = await Promoters.on(await open())
    const { rollouts, stable, next } = await begin(people)
    await people.ok(rollouts.start('alice', next))
    await people.ok(rollouts.report(side(120, 3)))
    const back = await people.ok(rollouts.report(side(300, 12), { process: 'p2' }))
    assert.deepEqual([back.rollout.state, back.rollout.weight], ['rolled_back', 0])
    const why = 'errors: 3.6 % of 420 requests, and 0.0 % of 3800 with version 1'
    assert.equal(back.rollout.reason, why)
    const { rollout, events } = await rollouts.now()
    assert.deepEqual([rollout.reason, events.at(-1).what, events.at(-1).reason], [why, 'rolled_back', why])
    assert.equal(await people.aliasOf('m', 'live'), stable)
    assert.equal((await rollouts.say('alice', 'promote')).status, 409)
    // Again, and a process can't load it.
    await people.ok(rollouts.start('alice', next))
    const refused = await people.ok(rollouts.report(side(0), { refused: 'at the step scan: suspicious' }))
    assert.match(refused.rollout.reason, /could not load version 2: at the step scan/)
  })

  test('the audit log has each decision with its reason, and no report that decided nothing', async () => {
    const db = await open()
    const entries: AuditEntry[] = []
    const audit = { record: (_tx: unknown, entry: AuditEntry) => void entries.push(entry), recordAlone: () => {} }
    const people = new Promoters(db, await serverWithAccounts(db, 'MANAGE', ['alice', 'dave'], { audit }))
    const { rollouts, next } = await begin(people)
    await people.ok(rollouts.start('alice', next))
    entries.length = 0
    for (const requests of [10, 20, 30]) await people.ok(rollouts.report(side(requests)))
    assert.deepEqual(entries, [])
    const { rollout } = await people.ok(rollouts.report(side(100, 30)))
    const [{ who, on, detail }, ...others] = entries as unknown as [AuditEntry, ...AuditEntry[]]
    assert.deepEqual([who.name, on, others], ['dave', { kind: 'registered_model', id: 'm' }, []])
    assert.deepEqual(
      [detail?.rollout, detail?.decided],
      [rollout.rollout_id, 'rolled_back at 0 %: errors: 30.0 % of 100 requests, and 0.0 % of 1900 with version 1'],
    )
  })

  test('people pause it, let it go on, skip steps, call it off; an alias that is moved ends it', async () => {
    const people = await Promoters.on(await open())
    const { rollouts, stable, next } = await begin(people)
    await people.ok(rollouts.start('alice', next))
    await people.ok(rollouts.say('bob', 'pause', 'the shop is full'))
    assert.equal((await rollouts.say('bob', 'pause')).status, 409)
    assert.equal((await people.ok(rollouts.report(side(500)))).rollout.step, 0)
    await people.ok(rollouts.say('bob', 'resume'))
    assert.equal((await people.ok(rollouts.say('bob', 'promote'))).rollout.weight, 25)
    const aborted = (await people.ok(rollouts.say('bob', 'abort', 'not today'))).rollout
    assert.deepEqual([aborted.state, aborted.reason, aborted.no_canary_because], ['aborted', 'not today', 'a step was skipped by bob'])
    await people.ok(rollouts.start('alice', next))
    assert.equal((await people.ok(rollouts.say('bob', 'rollback', 'complaints'))).rollout.state, 'rolled_back')
    await people.ok(rollouts.start('alice', next))
    await people.ok(people.setAlias('alice', 'm', 'live', next))
    assert.match((await people.ok(rollouts.report(side(500)))).rollout.reason, /the alias was moved to version 2 meanwhile/)
    await people.ok(people.setAlias('alice', 'm', 'live', stable))
    for (const [fields, message] of [
      [{ steps: [50, 50] }, /must rise/],
      [{ steps: [0, 50] }, /shadow_percent/],
      [{ steps: [] }, /at least 1 item/],
      [{ max_error_rise: 2 }, /from 0 to 1/],
      [{ version: '9' }, /not found/],
      [{ version: stable }, /points to version 1 already/],
      [{ alias: 'nobody' }, /points to nothing yet/],
    ] as const) {
      const answer = await rollouts.start('alice', next, fields)
      assert.ok(answer.status === 400 || answer.status === 404, answer.text)
      assert.match(answer.body.message, message)
    }
  })

  test('a protected alias is asked for before the first request goes there, and the approval is bound until the end', async () => {
    const people = await Promoters.on(await open())
    const stable = await people.version('alice', 'm', 'first')
    const first = requestIn(await people.setAlias('alice', 'm', 'champion', stable))
    await people.ok(people.decide('bob', first, 'approve'))
    await people.ok(people.setAlias('alice', 'm', 'champion', stable))
    const next = await people.version('alice', 'm', 'second')
    const rollouts = new Rollouts(people, 'champion')
    const id = requestIn(await rollouts.start('alice', next))
    await people.ok(people.decide('bob', id, 'approve'))
    await people.ok(rollouts.start('alice', next, { steps: [50, 100] }))
    assert.equal((await people.request(id)).body.promotion_request.state, 'used')
    await people.ok(rollouts.report(side(100)))
    // Meanwhile its files turn out to be malicious.
    await people.scanned('m', next, 'malicious')
    const back = (await people.ok(rollouts.report(side(100)))).rollout
    assert.equal(back.state, 'rolled_back')
    assert.match(back.reason, /the policy no longer lets it: its files are malicious/)
    assert.equal(await people.aliasOf('m', 'champion'), stable)
  })

  test('a policy that asks for a finished canary has one from a rollout that somebody else measured, and from nothing else', async () => {
    const people = await Promoters.on(await open())
    await people.ok(
      people.policy(`version: 1
rules:
  - models: "*"
    aliases: [champion]
    require: { scan: [clean, suspicious, not_looked_at], canary: finished }
`),
    )
    const { rollouts, stable, next } = await begin(people)
    const wanted = async (): Promise<number> => (await people.setAlias('alice', 'm', 'champion', next)).status
    const finished = async (fields: object, who: string): Promise<string | undefined> => {
      await people.ok(people.setAlias('alice', 'm', 'live', stable))
      await people.ok(rollouts.start('bob', next, { steps: [50, 100], ...fields }))
      await people.ok(rollouts.report(side(100), { who }))
      const { rollout } = await people.ok(rollouts.report(side(100), { who }))
      assert.equal(rollout.state, 'finished')
      return rollout.no_canary_because
    }
    assert.equal(await wanted(), 403)
    assert.match((await finished({ min_requests: 99 }, 'dave')) ?? '', /needs 100 requests/)
    assert.match((await finished({ steps: [60, 100] }, 'dave')) ?? '', /at most 50 %/)
    assert.match((await finished({}, 'bob')) ?? '', /came from bob/)
    assert.match((await finished({}, 'alice')) ?? '', /came from alice/)
    assert.equal(await wanted(), 403)
    assert.equal(await finished({}, 'dave'), undefined)
    assert.equal(await wanted(), 200)
    // The same on the protected alias itself: its steps are not skipped, and the author does not measure.
    const third = await people.version('alice', 'm', 'third')
    const direct = new Rollouts(people, 'champion')
    await people.ok(direct.start('bob', third, { steps: [50, 100] }))
    assert.equal((await direct.say('bob', 'promote')).status, 403)
    assert.equal((await direct.report(side(100), { who: 'alice' })).status, 403)
    await people.ok(direct.report(side(100)))
    assert.equal((await people.ok(direct.report(side(100)))).rollout.state, 'finished')
    assert.equal(await people.aliasOf('m', 'champion'), third)
  })
})
