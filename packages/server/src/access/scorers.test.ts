import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../db/database.ts'
import { type As, byTokenFor, serverWithAccounts } from '../testing/accounts.ts'
import { overEachDatabase } from '../testing/databases.ts'
import type { Answer } from '../testing/server.ts'

const V3 = '/api/3.0/mlflow'

async function place(db: Database) {
  const as = await serverWithAccounts(db, 'NO_PERMISSIONS', ['alice', 'bob', 'carol'])
  const ok = (answer: Answer) => {
    assert.equal(answer.status, 200, answer.text)
    return answer.body
  }
  const { experiment_id } = ok(await as('alice').post('experiments/create', { name: 'e' }))
  const register = (who: As, name: string) =>
    who.call('POST', `${V3}/scorers/register`, { experiment_id, name, serialized_scorer: '{"name":"s"}' })
  for (const name of ['polite', "it's a/b"]) ok(await register(as('alice'), name))
  const pattern = (name: string) => `${experiment_id}/${encodeURIComponent(name)}`
  const grant = (who: As, username: string, resource_id: string, permission: string, resource_type = 'scorer') =>
    who.call('POST', `${V3}/users/permissions/grant`, { username, resource_type, resource_id, permission })
  const get = (who: string, name: string) =>
    as(who).call('GET', `${V3}/scorers/get?experiment_id=${experiment_id}&name=${encodeURIComponent(name)}`)
  const list = async (who: string, query = ''): Promise<string[]> =>
    (ok(await as(who).call('GET', `${V3}/scorers/list${query}`)).scorers ?? []).map((one: { scorer_name: string }) => one.scorer_name)
  return { as, ok, experiment_id, register, pattern, grant, get, list }
}

overEachDatabase('permissions on scorers', (open) => {
  test('let in to one scorer whose experiment is not there for the caller, to read or to change, and to nothing else of it', async () => {
    const { as, ok, experiment_id, register, pattern, grant, get, list } = await place(await open())
    assert.equal((await get('bob', 'polite')).text, (await get('bob', 'none')).text)
    // Its maker manages it, and so shares it.
    ok(await grant(as('alice'), 'bob', pattern("it's a/b"), 'READ'))
    assert.equal((await get('bob', "it's a/b")).status, 200)
    assert.equal((await get('bob', 'polite')).status, 404)
    assert.deepEqual(await list('bob'), ["it's a/b"])
    assert.deepEqual(await list('bob', `?experiment_id=${experiment_id}`), ["it's a/b"])
    assert.deepEqual(await list('bob', `?experiment_ids=${experiment_id}`), ["it's a/b"])
    assert.equal((await as('bob').get(`experiments/get?experiment_id=${experiment_id}`)).status, 404)
    assert.equal((await register(as('bob'), "it's a/b")).status, 403)
    ok(
      await as('alice').call('POST', `${V3}/users/permissions/revoke`, {
        username: 'bob',
        resource_type: 'scorer',
        resource_id: pattern("it's a/b"),
      }),
    )
    ok(await grant(as('alice'), 'bob', pattern("it's a/b"), 'EDIT'))
    assert.equal((await register(as('bob'), "it's a/b")).body.version, 2)
    assert.equal((await register(as('bob'), 'new')).status, 404)
    assert.equal((await grant(as('bob'), 'carol', pattern("it's a/b"), 'READ')).status, 403)
    const told = await as('bob').call(
      'GET',
      `${V3}/users/permissions/get?username=bob&resource_type=scorer&resource_id=${encodeURIComponent(pattern("it's a/b"))}`,
    )
    assert.deepEqual([told.body.allowed, told.body.permission], [true, 'EDIT'])
    const rows = ok(await as('bob').call('GET', `${V3}/users/permissions/list?username=bob`)).permissions
    assert.deepEqual(
      rows.map(({ resource_type, resource_pattern, permission }: Record<string, string>) => [resource_type, resource_pattern, permission]),
      [['scorer', `${experiment_id}/it%27s%20a%2Fb`, 'EDIT']],
    )
    for (const bad of ['nothing', `${experiment_id}/none`, `${experiment_id}/%zz`, `99999/polite`]) {
      assert.ok([403, 404].includes((await grant(as('root'), 'bob', bad, 'READ')).status), bad)
    }
    // A token for another experiment is not let in by it.
    const aside = byTokenFor({ experiment: [0], registered_model: [] })
    assert.deepEqual(ok(await as('bob').call('GET', `${V3}/scorers/list`, undefined, aside)).scorers, [])
  })

  test('deny one scorer of an experiment that may be seen: it reads as one that is not there, in lists too', async () => {
    const { as, ok, experiment_id, pattern, grant, get, list } = await place(await open())
    ok(await as('alice').post('experiments/permissions/create', { experiment_id, username: 'bob', permission: 'EDIT' }))
    assert.deepEqual(await list('bob'), ["it's a/b", 'polite'])
    ok(await grant(as('root'), 'bob', pattern('polite'), 'DENY'))
    assert.deepEqual(await list('bob', `?experiment_id=${experiment_id}`), ["it's a/b"])
    const [denied, free] = [await get('bob', 'polite'), await get('bob', 'none')]
    assert.deepEqual([denied.status, denied.text.replace('polite', 'none')], [404, free.text])
    for (const path of [`delete`, `versions`]) {
      const method = path === 'delete' ? 'DELETE' : 'GET'
      const ask = (name: string) => as('bob').call(method, `${V3}/scorers/${path}?experiment_id=${experiment_id}&name=${name}`, undefined)
      assert.equal((await ask('polite')).status, 404, path)
    }
    const online = async (who: string) => {
      const { scorer_id } = ok(await get('alice', 'polite')).scorer
      return ok(await as(who).call('GET', `${V3}/scorers/online-configs?scorer_ids=${scorer_id}`)).configs
    }
    ok(await as('alice').call('PUT', `${V3}/scorers/online-config`, { experiment_id, name: 'polite', sample_rate: 0 }))
    assert.deepEqual([(await online('alice')).length, (await online('bob')).length], [1, 0])
  })

  test('by a role on all of them; a scorer of a name that was free again has none of the old one’s', async () => {
    const { as, ok, experiment_id, register, pattern, grant, get, list } = await place(await open())
    const post = async (path: string, body: object) => ok(await as('root').call('POST', `${V3}/${path}`, body))
    const { id: role_id } = (await post('roles/create', { name: 'judges', workspace: 'default' })).role
    await post('roles/permissions/add', { role_id, resource_type: 'scorer', resource_pattern: '*', permission: 'READ' })
    await post('roles/permissions/add', { role_id, resource_type: 'scorer', resource_pattern: pattern('polite'), permission: 'EDIT' })
    await post('roles/assign', { role_id, username: 'bob' })
    assert.deepEqual(await list('bob'), ["it's a/b", 'polite'])
    ok(await as('root').post('experiments/permissions/create', { experiment_id, username: 'bob', permission: 'NO_PERMISSIONS' }))
    assert.deepEqual([await list('bob'), (await get('bob', 'polite')).status], [[], 404])

    ok(await grant(as('root'), 'carol', pattern('polite'), 'READ'))
    assert.equal((await get('carol', 'polite')).status, 200)
    const gone = { experiment_id, name: 'polite' }
    ok(await as('alice').call('DELETE', `${V3}/scorers/delete`, gone))
    ok(await register(as('alice'), 'polite'))
    assert.equal((await get('carol', 'polite')).status, 404)
  })
})
