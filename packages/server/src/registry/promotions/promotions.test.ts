import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, query } from '../../db/handles.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { Promoters, requestIn } from '../../testing/promotions.ts'

const AGE = command('update gate_decision set at_ms = at_ms - ?')
const EXPIRE = command('update gate_request set expires_ms = 1')
const DISABLE = command("update account set disabled = 1 where name = 'bob'")
const DELIVERIES = query<{ event: string }>('select event from webhook_delivery order by id')

const RULE = (require: string, more = ''): string =>
  `version: 1\nrules:\n  - models: "*"\n    aliases: [champion]\n    stages: [Production]\n    require: ${require}\n${more}`

overEachDatabase('promotions', (open) => {
  test('with login, champion waits for the yes of somebody else; repeated tries tell of the same request', async () => {
    const people = await Promoters.on(await open())
    const v = await people.version('alice', 'm')
    const id = requestIn(await people.setAlias('alice', 'm', 'champion', v))
    assert.equal(requestIn(await people.setAlias('alice', 'm', 'champion', v)), id)
    assert.equal(requestIn(await people.setAlias('carol', 'm', 'champion', v)), id)
    assert.equal(await people.aliasOf('m', 'champion'), undefined)
    assert.equal((await people.setAlias('alice', 'm', 'challenger', v)).status, 200)
    const own = await people.decide('alice', id, 'approve')
    assert.equal(own.status, 403, own.text)
    const approved = (await people.ok(people.decide('bob', id, 'approve', 'looks good'))).promotion_request
    assert.equal(approved.state, 'approved')
    assert.deepEqual(approved.missing, [])
    assert.deepEqual(
      approved.decisions.map(({ user, says, reason }: Record<string, unknown>) => [user, says, reason]),
      [['bob', 'approve', 'looks good']],
    )
    await people.ok(people.setAlias('alice', 'm', 'champion', v))
    assert.equal(await people.aliasOf('m', 'champion'), v)
    assert.equal((await people.request(id)).body.promotion_request.state, 'used')
    assert.equal((await people.decide('bob', id, 'reject')).status, 409)
    // The same for the stage, which another approval opens.
    const staged = requestIn(await people.setStage('alice', 'm', 'production', v))
    assert.notEqual(staged, id)
    await people.ok(people.setStage('alice', 'm', 'Staging', v))
    await people.ok(people.decide('bob', staged, 'approve'))
    await people.ok(people.setStage('alice', 'm', 'Production', v))
  })

  test('an alias is protected however its letters are written', async () => {
    const people = await Promoters.on(await open())
    const v = await people.version('alice', 'm')
    for (const alias of ['Champion', 'CHAMPION', 'production', 'Production']) requestIn(await people.setAlias('alice', 'm', alias, v))
  })

  test('the author of a version does not approve it, whoever asked', async () => {
    const people = await Promoters.on(await open())
    const v = await people.version('alice', 'm')
    const id = requestIn(await people.setAlias('carol', 'm', 'champion', v))
    for (const who of ['alice', 'carol']) assert.equal((await people.decide(who, id, 'approve')).status, 403, who)
    await people.ok(people.decide('bob', id, 'approve'))
    await people.ok(people.setAlias('alice', 'm', 'champion', v))
  })

  test('a rejection holds, with its reason, until its author thinks otherwise', async () => {
    const people = await Promoters.on(await open())
    const v = await people.version('alice', 'm')
    const id = requestIn(await people.setAlias('alice', 'm', 'champion', v))
    await people.ok(people.decide('carol', id, 'approve'))
    const rejected = (await people.ok(people.decide('bob', id, 'reject', 'not on Friday'))).promotion_request
    assert.equal(rejected.state, 'rejected')
    const refused = await people.setAlias('alice', 'm', 'champion', v)
    assert.match(refused.body.message, /bob rejected it: not on Friday/)
    await people.ok(people.decide('bob', id, 'approve', 'it is Monday'))
    await people.ok(people.setAlias('alice', 'm', 'champion', v))
  })

  test('an approval is void when the policy, or what is in place, is another', async () => {
    const people = await Promoters.on(await open())
    const [one, two] = [await people.version('alice', 'm', 'one'), await people.version('alice', 'm', 'two')]
    const first = requestIn(await people.setAlias('alice', 'm', 'champion', one))
    await people.ok(people.decide('bob', first, 'approve'))
    await people.ok(people.policy(RULE('{ approvals: 1, scan: [clean, not_looked_at] }')))
    const again = requestIn(await people.setAlias('alice', 'm', 'champion', one))
    assert.notEqual(again, first)
    assert.equal((await people.request(first)).body.promotion_request.state, 'void')
    const other = requestIn(await people.setAlias('alice', 'm', 'champion', two))
    for (const id of [again, other]) await people.ok(people.decide('bob', id, 'approve'))
    await people.ok(people.setAlias('alice', 'm', 'champion', one))
    const since = requestIn(await people.setAlias('alice', 'm', 'champion', two))
    assert.notEqual(since, other)
    // A reviewer who is late is told, and what they say counts for nothing.
    await people.ok(people.policy(RULE('{ approvals: 2 }')))
    assert.equal((await people.decide('bob', since, 'approve')).status, 409)
    assert.equal((await people.request(since)).body.promotion_request.state, 'void')
    const listed = async (query: string) =>
      (await people.ok(people.as('alice').call('GET', `/api/2.0/millrace/promotions/requests?all=true&${query}`))).promotion_requests
    const about = await listed(`name=m&version=${one}`)
    assert.deepEqual(
      about.map(({ request_id }: { request_id: string }) => request_id),
      [again, first],
    )
    assert.equal((await people.as('alice').call('GET', `/api/2.0/millrace/promotions/requests?version=${one}`)).status, 400)
  })

  test('approvals are counted at the time of use: of two people, in the group, with accounts, in time', async () => {
    const db = await open()
    const people = await Promoters.on(db)
    await people.group('risk', ['bob', 'carol'])
    await people.ok(people.policy(RULE('{ approvals: { count: 2, group: risk, within: 2h } }')))
    const v = await people.version('alice', 'm')
    const id = requestIn(await people.setAlias('alice', 'm', 'champion', v))
    assert.equal((await people.decide('dave', id, 'approve')).status, 403)
    await people.ok(people.decide('bob', id, 'approve'))
    assert.match((await people.setAlias('alice', 'm', 'champion', v)).body.message, /needs 2 approvals of the group 'risk', and has 1/)
    await people.ok(people.decide('bob', id, 'approve'))
    assert.match((await people.setAlias('alice', 'm', 'champion', v)).body.message, /and has 1/)
    await people.ok(people.decide('carol', id, 'approve'))
    await db.write((tx) => tx.run(AGE, 3 * 3_600_000))
    assert.match((await people.setAlias('alice', 'm', 'champion', v)).body.message, /and has 0/)
    for (const who of ['bob', 'carol']) await people.ok(people.decide(who, id, 'approve'))
    await db.write((tx) => tx.run(DISABLE))
    assert.match((await people.setAlias('alice', 'm', 'champion', v)).body.message, /and has 1/)
    await db.write((tx) => tx.run(EXPIRE))
    assert.notEqual(requestIn(await people.setAlias('alice', 'm', 'champion', v)), id)
  })

  test('metrics: bounds, and no worse than the version in place, also when the alias was taken away meanwhile', async () => {
    const people = await Promoters.on(await open())
    await people.ok(people.policy(RULE('{ metrics: { auc: { min: 0.7, max_drop: 0.01 } } }')))
    const good = await people.version('alice', 'm', 'good', { auc: 0.9 })
    const worse = await people.version('alice', 'm', 'worse', { auc: 0.8 })
    const silent = await people.version('alice', 'm', 'silent')
    const nan = await people.version('alice', 'm', 'nan', { auc: Number.NaN })
    for (const v of [silent, nan]) requestIn(await people.setAlias('alice', 'm', 'champion', v))
    await people.ok(people.setAlias('alice', 'm', 'champion', good))
    assert.match((await people.setAlias('alice', 'm', 'champion', worse)).body.message, /auc is 0.8, and version 1 has 0.9/)
    await people.ok(people.as('alice').call('DELETE', '/api/2.0/mlflow/registered-models/alias', { name: 'm', alias: 'champion' }))
    requestIn(await people.setAlias('alice', 'm', 'champion', worse))
    await people.ok(people.as('alice').call('DELETE', '/api/2.0/mlflow/model-versions/delete', { name: 'm', version: good }))
    requestIn(await people.setAlias('alice', 'm', 'champion', worse))
  })

  test('scan: what is malicious gets nowhere, not with an approval and not past the policy; unknown is not clean', async () => {
    const people = await Promoters.on(await open())
    const v = await people.version('alice', 'm')
    const id = requestIn(await people.setAlias('alice', 'm', 'champion', v))
    await people.ok(people.decide('bob', id, 'approve'))
    await people.scanned('m', v, 'malicious')
    const refused = await people.setAlias('alice', 'm', 'champion', v)
    assert.equal(refused.status, 403)
    assert.match(refused.body.message, /malicious/)
    for (const who of ['bob', 'carol']) assert.equal((await people.decide(who, id, 'bypass')).status, 403)
    assert.equal(await people.aliasOf('m', 'champion'), undefined)
    await people.ok(people.policy(RULE('{ scan: clean }')))
    const other = await people.version('alice', 'm', 'other')
    assert.match((await people.setAlias('alice', 'm', 'champion', other)).body.message, /nobody has looked at its files/)
    await people.scanned('m', other, 'clean')
    await people.ok(people.setAlias('alice', 'm', 'champion', other))
  })

  test('an emergency takes two people, and is told to everybody', async () => {
    const db = await open()
    const people = await Promoters.on(db)
    const events = [
      { entity: 'PROMOTION', action: 'BYPASS_ASKED' },
      { entity: 'PROMOTION', action: 'BYPASSED' },
    ]
    await people.ok(people.as('root').post('webhooks', { name: 'w', url: 'https://example.com/', events }))
    const v = await people.version('alice', 'm')
    const id = requestIn(await people.setAlias('alice', 'm', 'champion', v))
    for (let n = 0; n < 2; n++) await people.ok(people.decide('bob', id, 'bypass', 'fire'))
    assert.equal(await people.aliasOf('m', 'champion'), undefined)
    const done = (await people.ok(people.decide('carol', id, 'bypass', 'I see smoke'))).promotion_request
    assert.equal(done.state, 'bypassed')
    assert.equal(await people.aliasOf('m', 'champion'), v)
    const events_told = (await db.reader.all(DELIVERIES)).map(({ event }) => event)
    assert.deepEqual(events_told, ['promotion.bypass_asked', 'promotion.bypass_asked', 'promotion.bypassed'])
    const { moves } = await people.ok(people.as('dave').call('GET', '/api/2.0/millrace/promotions/history?name=m&alias=champion'))
    assert.equal(moves.length, 1)
    assert.equal(moves[0].what, 'bypass')
    assert.equal(moves[0].reason, 'bob: fire; carol: I see smoke')
    await people.ok(people.policy(RULE('{ approvals: 1 }', '    emergency: { allowed: false }\n')))
    const other = requestIn(await people.setAlias('alice', 'm', 'champion', await people.version('alice', 'm', 'b')))
    assert.equal((await people.decide('bob', other, 'bypass')).status, 403)
  })

  test('back in one call, where the earlier version still satisfies the policy', async () => {
    const people = await Promoters.on(await open())
    const versions: string[] = []
    for (const content of ['one', 'two', 'three']) {
      const v = await people.version('alice', 'm', content)
      await people.ok(people.decide('bob', requestIn(await people.setAlias('alice', 'm', 'champion', v)), 'approve'))
      await people.ok(people.setAlias('alice', 'm', 'champion', v))
      versions.push(v)
    }
    const [one, two, three] = versions as [string, string, string]
    const back = await people.ok(people.rollback('dave', 'm', { alias: 'champion' }, 'latency'))
    assert.deepEqual([back.from_version, back.model_version.version], [three, two])
    assert.equal(await people.aliasOf('m', 'champion'), two)
    assert.equal((await people.ok(people.rollback('dave', 'm', { alias: 'champion' }))).model_version.version, one)
    assert.equal((await people.rollback('dave', 'm', { alias: 'champion' })).status, 404)
    const { moves } = await people.ok(people.as('dave').call('GET', '/api/2.0/millrace/promotions/history?name=m&alias=champion'))
    assert.deepEqual(
      moves.map((move: Record<string, string>) => [move.from_version ?? '', move.to_version, move.what, move.user]),
      [
        [two, one, 'rollback', 'dave'],
        [three, two, 'rollback', 'dave'],
        [two, three, 'set', 'alice'],
        [one, two, 'set', 'alice'],
        ['', one, 'set', 'alice'],
      ],
    )
    // Taken away: back to what it was. Found malicious, or approved under another rule: not back.
    await people.ok(people.as('alice').call('DELETE', '/api/2.0/mlflow/registered-models/alias', { name: 'm', alias: 'champion' }))
    await people.scanned('m', one, 'malicious')
    const refused = await people.rollback('dave', 'm', { alias: 'champion' })
    assert.match(refused.body.message, /malicious/)
    await people.scanned('m', one, 'clean')
    await people.ok(people.policy(RULE('{ approvals: 2 }')))
    requestIn(await people.rollback('dave', 'm', { alias: 'champion' }))
    await people.ok(people.policy(''))
    assert.equal((await people.ok(people.rollback('dave', 'm', { alias: 'champion' }))).model_version.version, one)
  })

  test('a stage goes back too, and what had it is archived', async () => {
    const people = await Promoters.on(await open())
    await people.ok(people.policy('version: 1\nrules: []\n'))
    const [one, two] = [await people.version('alice', 'm', 'one'), await people.version('alice', 'm', 'two')]
    await people.ok(people.setStage('alice', 'm', 'Production', one))
    await people.ok(people.setStage('alice', 'm', 'Production', two, true))
    await people.ok(people.rollback('alice', 'm', { stage: 'Production' }))
    const stage = async (version: string) =>
      (await people.ok(people.as('alice').get(`model-versions/get?name=m&version=${version}`))).model_version.current_stage
    assert.deepEqual([await stage(one), await stage(two)], ['Production', 'Archived'])
  })

  test('a model does not come by a protected alias by being renamed, copied, or made again', async () => {
    const people = await Promoters.on(await open())
    const text = RULE('{ approvals: 1 }').replace('"*"', 'prod-*')
    await people.ok(people.policy(text))
    const v = await people.version('alice', 'draft')
    await people.ok(people.setAlias('alice', 'draft', 'champion', v))
    const renamed = await people.as('alice').post('registered-models/rename', { name: 'draft', new_name: 'prod-a' })
    assert.equal(renamed.status, 403, renamed.text)
    assert.equal(await people.aliasOf('draft', 'champion'), v)
    await people.ok(people.as('alice').post('registered-models/create', { name: 'prod-b' }))
    await people.ok(people.as('alice').post('model-versions/create', { name: 'prod-b', source: `models:/draft/${v}` }))
    const id = requestIn(await people.setAlias('alice', 'prod-b', 'champion', '1'))
    await people.ok(people.decide('bob', id, 'approve'))
    await people.ok(people.as('alice').call('DELETE', '/api/2.0/mlflow/registered-models/delete', { name: 'prod-b' }))
    await people.ok(people.as('alice').post('registered-models/create', { name: 'prod-b' }))
    await people.ok(people.as('alice').post('model-versions/create', { name: 'prod-b', source: `models:/draft/${v}` }))
    assert.notEqual(requestIn(await people.setAlias('alice', 'prod-b', 'champion', '1')), id)
    assert.equal((await people.decide('bob', id, 'approve')).status, 404)
  })

  test('AZ-20 no header of a client switches a gate off', async () => {
    const people = await Promoters.on(await open())
    const v = await people.version('alice', 'm')
    for (const name of ['x-mlflow-guardrail-bypass', 'x-millrace-bypass', 'x-mlflow-user', 'x-forwarded-user']) {
      const body = { name: 'm', alias: 'champion', version: v, bypass: true, approved: true, approved_by: 'bob' }
      requestIn(await people.as('alice').call('POST', '/ajax-api/2.0/mlflow/registered-models/alias', body, { [name]: '1' }))
    }
  })

  test('RC-01 RC-15 what is malicious is not handed out, and what a policy does not trust neither', async () => {
    const people = await Promoters.on(await open())
    const v = await people.version('alice', 'm')
    const uri = () => people.as('alice').get(`model-versions/get-download-uri?name=m&version=${v}`)
    const file = () => people.as('alice').call('GET', `/model-versions/get-artifact?name=m&version=${v}&path=MLmodel`)
    for (const load of [uri, file]) assert.equal((await load()).status, 200)
    await people.scanned('m', v, 'malicious')
    for (const load of [uri, file]) {
      const { status, body } = await load()
      assert.deepEqual([status, body.error_code], [403, 'PERMISSION_DENIED'])
      assert.match(body.message, /a scan found its files malicious/)
    }
    await people.scanned('m', v, 'suspicious')
    for (const load of [uri, file]) assert.equal((await load()).status, 200)
    await people.ok(people.policy('version: 1\nrules: []\ndownloads:\n  - models: m\n    refuse: [malicious, suspicious, not_looked_at]\n'))
    for (const load of [uri, file]) assert.equal((await load()).status, 403)
    await people.scanned('m', v, 'clean')
    for (const load of [uri, file]) assert.equal((await load()).status, 200)
  })
})
