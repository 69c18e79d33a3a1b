import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type As, serverWithAccounts } from '../../testing/accounts.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import type { Answer } from '../../testing/server.ts'

const V3 = '/api/3.0/mlflow'
const GROUPS = '/api/2.0/millrace/groups'

overEachDatabase('roles and groups', (open) => {
  let as: (name: string) => As
  const ids: string[] = []
  const ok = (answer: Answer) => {
    assert.equal(answer.status, 200, answer.text)
    return answer.body
  }
  const root = async (method: string, path: string, body?: unknown) => ok(await as('root').call(method, path, body))
  const newRole = async (name: string): Promise<number> =>
    (await root('POST', `${V3}/roles/create`, { name, workspace: 'default', description: 'd' })).role.id
  const permit = (role_id: number, resource_type: string, resource_pattern: string, permission: string) =>
    as('root').call('POST', `${V3}/roles/permissions/add`, { role_id, resource_type, resource_pattern, permission })
  const assign = (role_id: number, username: string) => root('POST', `${V3}/roles/assign`, { role_id, username })
  const sees = async (who: string, at: number) => (await as(who).get(`experiments/get?experiment_id=${ids[at]}`)).status

  before(async () => {
    as = await serverWithAccounts(await open(), 'NO_PERMISSIONS', ['alice', 'bob', 'carol', 'dora', 'eve'])
    for (const name of ['one', 'two']) ids.push(ok(await as('alice').post('experiments/create', { name })).experiment_id)
    ok(await as('alice').post('registered-models/create', { name: 'model' }))
    ok(await as('alice').post('registered-models/create', { name: 'prompt', tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }] }))
  })

  test('a role grants what it holds to who has it, as soon as it does and no longer', async () => {
    const role = await newRole('readers')
    const granted = ok(await permit(role, 'experiment', ids[0] as string, 'READ')).role_permission
    assert.deepEqual(granted, { id: granted.id, role_id: role, resource_type: 'experiment', resource_pattern: ids[0], permission: 'READ' })
    assert.equal(await sees('bob', 0), 404)
    const { assignment } = await assign(role, 'bob')
    assert.equal(assignment.role_id, role)
    assert.deepEqual([await sees('bob', 0), await sees('bob', 1)], [200, 404])
    const tag = () => as('bob').post('experiments/set-experiment-tag', { experiment_id: ids[0], key: 'k', value: 'v' })
    assert.equal((await tag()).status, 403)
    await root('PATCH', `${V3}/roles/permissions/update`, { role_permission_id: granted.id, permission: 'EDIT' })
    assert.equal((await tag()).status, 200)
    await root('DELETE', `${V3}/roles/permissions/remove`, { role_permission_id: granted.id })
    assert.equal(await sees('bob', 0), 404)
    ok(await permit(role, 'experiment', '*', 'READ'))
    assert.deepEqual([await sees('bob', 0), await sees('bob', 1)], [200, 200])
    await root('DELETE', `${V3}/roles/unassign`, { role_id: role, username: 'bob' })
    assert.equal(await sees('bob', 0), 404)
    await assign(role, 'bob')
    await root('DELETE', `${V3}/roles/delete`, { role_id: role })
    assert.equal(await sees('bob', 0), 404)
    assert.equal((await as('root').call('GET', `${V3}/roles/get?role_id=${role}`)).body.message, `Role with id=${role} not found`)
  })

  test('DENY denies what another role grants', async () => {
    const [all, none] = [await newRole('all'), await newRole('but one')]
    ok(await permit(all, 'experiment', '*', 'MANAGE'))
    ok(await permit(none, 'experiment', ids[1] as string, 'DENY'))
    await assign(all, 'carol')
    await assign(none, 'carol')
    assert.deepEqual([await sees('carol', 0), await sees('carol', 1)], [200, 404])
    const found = await as('carol').post('experiments/search', { max_results: 10, filter: "name != 'Default'" })
    assert.deepEqual(
      ok(found).experiments.map((one: { name: string }) => one.name),
      ['one'],
    )
    for (const role_id of [all, none]) await root('DELETE', `${V3}/roles/delete`, { role_id })
  })

  test('prompts and models are granted apart, also in searches', async () => {
    const names = async (who: string) =>
      ok(await as(who).get(`registered-models/search?filter=${encodeURIComponent("tags.`mlflow.prompt.is_prompt` = 'true'")}`))
        .registered_models?.map((one: { name: string }) => one.name)
        .concat(ok(await as(who).get('registered-models/search')).registered_models?.map((one: { name: string }) => one.name) ?? [])
    for (const [type, other, seen, unseen] of [
      ['prompt', 'registered_model', 'prompt', 'model'],
      ['registered_model', 'prompt', 'model', 'prompt'],
    ] as const) {
      const role = await newRole(`of ${type}`)
      ok(await permit(role, type, '*', 'READ'))
      await assign(role, 'dora')
      assert.equal((await as('dora').get(`registered-models/get?name=${seen}`)).status, 200)
      assert.equal((await as('dora').get(`registered-models/get?name=${unseen}`)).status, 404)
      assert.deepEqual(await names('dora'), [seen])
      ok(await permit(role, other, '*', 'READ'))
      assert.deepEqual((await names('dora')).sort(), ['model', 'prompt'])
      await root('DELETE', `${V3}/roles/delete`, { role_id: role })
    }
  })

  test('roles are told with what they hold, and of an account all that it has', async () => {
    const role = await newRole('told')
    ok(await permit(role, 'prompt', 'prompt', 'EDIT'))
    await assign(role, 'eve')
    const told = (await root('GET', `${V3}/roles/get?role_id=${role}`)).role
    assert.deepEqual(
      {
        ...told,
        permissions: told.permissions.map(({ resource_type, resource_pattern }: Record<string, string>) => [
          resource_type,
          resource_pattern,
        ]),
      },
      { id: role, name: 'told', workspace: 'default', description: 'd', permissions: [['prompt', 'prompt']] },
    )
    const { roles } = await root('GET', `${V3}/roles/list?workspace=default`)
    assert.ok(roles.some(({ id }: { id: number }) => id === role))
    assert.deepEqual((await root('GET', `${V3}/roles/list`)).roles, roles)
    const users = (await root('GET', `${V3}/roles/users/list?role_id=${role}`)).assignments
    assert.equal(users.length, 1)
    await root('POST', `${V3}/users/permissions/grant`, {
      username: 'eve',
      resource_type: 'experiment',
      resource_id: ids[0],
      permission: 'USE',
    })
    const own = ok(await as('eve').call('GET', `${V3}/users/current/permissions`))
    assert.equal(own.is_admin, false)
    assert.deepEqual(
      own.permissions.map((one: Record<string, string>) => [one.resource_type, one.resource_pattern, one.permission]).sort(),
      [
        ['experiment', ids[0], 'USE'],
        ['prompt', 'prompt', 'EDIT'],
      ],
    )
    assert.deepEqual(ok(await as('root').call('GET', `${V3}/users/permissions/list?username=eve`)), own)
    assert.equal((await as('bob').call('GET', `${V3}/users/permissions/list?username=eve`)).status, 403)
    const names = ok(await as('eve').call('GET', `${V3}/users/roles/list?username=eve`)).roles.map(({ name }: { name: string }) => name)
    assert.ok(names.includes('told') && names.some((name: string) => name.startsWith('__user_')))
    const asked = `${V3}/users/permissions/get?username=eve&resource_type=experiment&resource_id=`
    assert.deepEqual(ok(await as('eve').call('GET', asked + ids[0])), { allowed: true, permission: 'USE' })
    for (const id of [ids[1], '404']) {
      assert.deepEqual(ok(await as('eve').call('GET', asked + id)), { allowed: false, permission: 'NO_PERMISSIONS' })
    }
    const revoke = { username: 'eve', resource_type: 'experiment', resource_id: ids[0] }
    await root('POST', `${V3}/users/permissions/revoke`, revoke)
    assert.equal(await sees('eve', 0), 404)
    assert.equal((await as('root').call('POST', `${V3}/users/permissions/revoke`, revoke)).body.error_code, 'RESOURCE_DOES_NOT_EXIST')
  })

  test('who manages a thing grants on it; on all of a kind only an admin does', async () => {
    const grant = { username: 'bob', resource_type: 'registered_model', resource_id: 'model', permission: 'READ' }
    const post = (who: string, body: object) => as(who).call('POST', `${V3}/users/permissions/grant`, body)
    assert.equal((await post('bob', grant)).status, 403)
    ok(await post('alice', grant))
    assert.equal((await post('alice', grant)).body.error_code, 'RESOURCE_ALREADY_EXISTS')
    assert.equal((await post('alice', { ...grant, resource_id: '*' })).status, 403)
    assert.equal((await post('root', { ...grant, resource_type: 'gateway_secret' })).body.error_code, 'INVALID_PARAMETER_VALUE')
    assert.equal((await post('root', { ...grant, permission: 'NO_PERMISSIONS' })).body.error_code, 'INVALID_PARAMETER_VALUE')
    ok(await post('root', { ...grant, resource_type: 'experiment', resource_id: '*' }))
    assert.equal(await sees('bob', 1), 200)
    await root('POST', `${V3}/users/permissions/revoke`, { ...grant, resource_type: 'experiment', resource_id: '*' })
    assert.equal(await sees('bob', 1), 404)
  })

  test('who manages a workspace manages what is in it, and its roles; nobody else learns which roles there are', async () => {
    const role = await newRole('managers')
    assert.equal((await permit(role, 'workspace', '*', 'READ')).body.error_code, 'INVALID_PARAMETER_VALUE')
    assert.equal((await permit(role, 'workspace', 'default', 'MANAGE')).body.error_code, 'INVALID_PARAMETER_VALUE')
    ok(await permit(role, 'workspace', '*', 'MANAGE'))
    const get = (who: string, id: number) => as(who).call('GET', `${V3}/roles/get?role_id=${id}`)
    const [hidden, absent] = [await get('dora', role), await get('dora', 404)]
    assert.equal(hidden.status, 403)
    assert.equal(hidden.text, absent.text)
    await assign(role, 'dora')
    ok(await get('dora', role))
    assert.equal((await get('dora', 404)).status, 403)
    assert.deepEqual([await sees('dora', 0), await sees('dora', 1)], [200, 200])
    const made = ok(await as('dora').call('POST', `${V3}/roles/create`, { name: 'of dora', workspace: 'default' })).role
    assert.equal((await as('dora').call('POST', `${V3}/roles/create`, { name: 'x', workspace: 'other' })).status, 403)
    const twice = await as('dora').call('POST', `${V3}/roles/create`, { name: 'of dora', workspace: 'default' })
    assert.equal(twice.body.error_code, 'RESOURCE_ALREADY_EXISTS')
    const reserved = await as('dora').call('POST', `${V3}/roles/create`, { name: '__user_1__', workspace: 'default' })
    assert.equal(reserved.body.error_code, 'INVALID_PARAMETER_VALUE')
    const renamed = await as('dora').call('PATCH', `${V3}/roles/update`, { role_id: made.id, name: 'renamed' })
    assert.equal(ok(renamed).role.name, 'renamed')
    for (const role_id of [role, made.id]) await root('DELETE', `${V3}/roles/delete`, { role_id })
  })

  test('AZ-14 a role is granted on a thing, not on its name', async () => {
    const role = await newRole('bound')
    ok(await as('alice').post('registered-models/create', { name: 'again' }))
    ok(await permit(role, 'registered_model', 'again', 'MANAGE'))
    assert.equal((await permit(role, 'registered_model', 'nowhere', 'MANAGE')).status, 404)
    await assign(role, 'bob')
    assert.equal((await as('bob').get('registered-models/get?name=again')).status, 200)
    ok(await as('alice').call('DELETE', '/api/2.0/mlflow/registered-models/delete', { name: 'again' }))
    ok(await as('alice').post('registered-models/create', { name: 'again' }))
    assert.equal((await as('bob').get('registered-models/get?name=again')).status, 404)
    assert.deepEqual((await root('GET', `${V3}/roles/get?role_id=${role}`)).role.permissions, [])
  })

  test('a group has what its roles grant, and who joins and leaves has it and not', async () => {
    const role_id = await newRole('team')
    ok(await permit(role_id, 'experiment', ids[1] as string, 'READ'))
    await root('POST', GROUPS, { name: 'team a/b' })
    const at = `${GROUPS}/${encodeURIComponent('team a/b')}`
    assert.equal((await as('root').call('POST', GROUPS, { name: 'team a/b' })).body.error_code, 'RESOURCE_ALREADY_EXISTS')
    await root('POST', `${at}/members`, { username: 'eve' })
    assert.equal(await sees('eve', 1), 404)
    const { group } = await root('POST', `${at}/roles`, { role_id })
    assert.deepEqual([group.members, group.role_ids], [['eve'], [role_id]])
    assert.equal(await sees('eve', 1), 200)
    assert.deepEqual(await root('GET', at), { group })
    assert.deepEqual(await root('GET', GROUPS), { groups: [group] })
    const rows = ok(await as('eve').call('GET', `${V3}/users/current/permissions`)).permissions
    assert.ok(rows.some((row: Record<string, unknown>) => row.role_id === role_id))
    await root('DELETE', `${at}/members/eve`)
    assert.equal(await sees('eve', 1), 404)
    await root('POST', `${at}/members`, { username: 'eve' })
    assert.equal(await sees('eve', 1), 200)
    await root('DELETE', `${at}/roles/${role_id}`)
    assert.equal(await sees('eve', 1), 404)
    await root('POST', `${at}/roles`, { role_id })
    assert.equal(await sees('eve', 1), 200)
    await root('DELETE', at)
    assert.equal(await sees('eve', 1), 404)
    assert.equal((await as('eve').call('GET', GROUPS)).status, 403)
  })

  test('accounts are listed with their roles, in pages', async () => {
    const role = await newRole('listed')
    await assign(role, 'bob')
    const all = (await root('GET', '/api/2.0/mlflow/users/list')).users
    assert.equal(all.length, 6)
    const bob = all.find(({ username }: { username: string }) => username === 'bob')
    assert.ok(bob.roles.some(({ id }: { id: number }) => id === role))
    const paged: unknown[] = []
    for (let token = ''; ; ) {
      const { users, next_page_token } = await root('GET', `/api/2.0/mlflow/users/list?max_results=4&page_token=${token}`)
      paged.push(...users)
      if (!next_page_token) break
      token = next_page_token
    }
    assert.deepEqual(paged, all)
  })

  test('accounts are found by a part of the name, by kind, by group and by role, and counted', async () => {
    const role = await newRole('found')
    await assign(role, 'bob')
    await root('POST', GROUPS, { name: 'finders' })
    for (const username of ['bob', 'eve']) await root('POST', `${GROUPS}/finders/members`, { username })
    const found = async (query: string) => {
      const { users, total } = await root('GET', `/api/2.0/mlflow/users/list?max_results=1&${query}`)
      return [users.map(({ username, groups }: { username: string; groups?: string[] }) => [username, groups]), total]
    }
    assert.deepEqual(await found('search=BO'), [[['bob', ['finders']]], 1])
    assert.deepEqual(await found('group=finders'), [[['bob', ['finders']]], 2])
    assert.deepEqual(await found(`role_id=${role}&group=finders&search=b`), [[['bob', ['finders']]], 1])
    assert.deepEqual(await found('is_service=true'), [[], 0])
    assert.deepEqual(await found("search=%25' or 1=1"), [[], 0])
    assert.deepEqual((await root('GET', `${GROUPS}?with_members=false`)).groups.at(0).members, [])
    await root('DELETE', `${GROUPS}/finders`)
  })
})
