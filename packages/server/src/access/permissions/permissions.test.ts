import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { type As, serverWithAccounts } from '../../testing/accounts.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import type { Level } from '../level.ts'

const EXPERIMENTS = '/api/2.0/mlflow/experiments/permissions'
const MODELS = '/api/2.0/mlflow/registered-models/permissions'

overEachDatabase('permissions on experiments and registered models', (open) => {
  let as: (name: string) => As
  let experiment_id: string
  const name = 'm'
  const share = (username: string, permission: Level) =>
    as('alice').call('POST', `${EXPERIMENTS}/create`, { experiment_id, username, permission })

  before(async () => {
    as = await serverWithAccounts(await open(), 'NO_PERMISSIONS', ['alice', 'bob', 'carol', 'dora'])
    experiment_id = (await as('alice').post('experiments/create', { name: 'e' })).body.experiment_id
    assert.equal((await as('alice').post('registered-models/create', { name })).status, 200)
  })

  test('who makes a thing manages it', async () => {
    const one = await as('alice').call('GET', `${EXPERIMENTS}/get?experiment_id=${experiment_id}&username=alice`)
    assert.equal(one.body.experiment_permission?.permission, 'MANAGE', one.text)
    const other = await as('alice').call('GET', `${MODELS}/get?name=${name}&username=alice`)
    assert.deepEqual(
      { ...other.body.registered_model_permission, user_id: 0 },
      { workspace: 'default', name, user_id: 0, permission: 'MANAGE' },
    )
  })

  test('AZ-16 what may not be seen and what is not there read the same', async () => {
    const gone = (text: string): string => text.replaceAll(`=${experiment_id} `, '=404 ').replaceAll('=m ', '=n ')
    for (const [seen, free] of [
      [`experiments/get?experiment_id=${experiment_id}`, 'experiments/get?experiment_id=404'],
      ['registered-models/get?name=m', 'registered-models/get?name=n'],
    ] as const) {
      const [hidden, absent] = [await as('bob').get(seen), await as('bob').get(free)]
      assert.equal(hidden.status, 404, hidden.text)
      assert.equal(gone(hidden.text), absent.text)
    }
    const write = await as('bob').post('experiments/set-experiment-tag', { experiment_id, key: 'k', value: 'v' })
    assert.equal(write.status, 404, write.text)
  })

  test('AZ-16 who may not share a thing is told so, whether it is there or not', async () => {
    const texts = new Set<string>()
    for (const id of [experiment_id, '404', 'x']) {
      const answer = await as('bob').get(`experiments/permissions/get?experiment_id=${id}&username=bob`)
      assert.equal(answer.status, 403)
      texts.add(answer.text)
    }
    for (const model of ['m', 'n']) texts.add((await as('bob').get(`registered-models/permissions/get?name=${model}&username=bob`)).text)
    assert.equal(texts.size, 1)
  })

  test('a grant can be made, read, changed and taken back, and counts at once', async () => {
    assert.equal((await share('bob', 'READ')).status, 200)
    const again = await share('bob', 'READ')
    assert.equal(again.body.error_code, 'RESOURCE_ALREADY_EXISTS')
    const tag = () => as('bob').post('experiments/set-experiment-tag', { experiment_id, key: 'k', value: 'v' })
    assert.equal((await as('bob').get(`experiments/get?experiment_id=${experiment_id}`)).status, 200)
    assert.equal((await tag()).body.error_code, 'PERMISSION_DENIED')
    const changed = await as('alice').call('PATCH', `${EXPERIMENTS}/update`, { experiment_id, username: 'bob', permission: 'EDIT' })
    assert.equal(changed.status, 200, changed.text)
    assert.equal((await tag()).status, 200)
    const taken = await as('alice').call('DELETE', `${EXPERIMENTS}/delete`, { experiment_id, username: 'bob' })
    assert.equal(taken.status, 200, taken.text)
    assert.equal((await tag()).status, 404)
    const none = await as('alice').call('GET', `${EXPERIMENTS}/get?experiment_id=${experiment_id}&username=bob`)
    assert.equal(none.status, 404)
    assert.match(none.body.message, /Experiment permission with experiment_id=\d+ and username=bob not found/)
  })

  test('only who manages a thing shares it, and with users that there are', async () => {
    await share('carol', 'EDIT')
    const refused = await as('carol').call('POST', `${EXPERIMENTS}/create`, { experiment_id, username: 'bob', permission: 'READ' })
    assert.equal(refused.body.error_code, 'PERMISSION_DENIED')
    assert.equal((await share('nobody', 'READ')).body.message, 'User with username=nobody not found')
    const odd = await as('alice').call('POST', `${EXPERIMENTS}/create`, { experiment_id, username: 'bob', permission: 'OWN' })
    assert.equal(odd.body.error_code, 'INVALID_PARAMETER_VALUE')
  })

  test('AZ-14 a model that takes the name of a deleted one has none of its grants', async () => {
    const grant = { name: 'reused', username: 'carol', permission: 'MANAGE' }
    await as('alice').post('registered-models/create', { name: 'reused' })
    assert.equal((await as('alice').call('POST', `${MODELS}/create`, grant)).status, 200)
    assert.equal((await as('carol').get('registered-models/get?name=reused')).status, 200)
    assert.equal((await as('alice').call('DELETE', '/api/2.0/mlflow/registered-models/delete', { name: 'reused' })).status, 200)
    assert.equal((await as('bob').post('registered-models/create', { name: 'reused' })).status, 200)
    for (const former of ['alice', 'carol']) assert.equal((await as(former).get('registered-models/get?name=reused')).status, 404)
    const old = await as('root').call('GET', `${MODELS}/get?name=reused&username=carol`)
    assert.equal(old.body.message, 'Registered model permission with name=reused and username=carol not found')
  })

  test('AZ-14 what an admin grants on a name that nothing has is kept, and never applies to what gets the name', async () => {
    const grant = { name: 'not yet', username: 'carol', permission: 'MANAGE' }
    const told = () => as('root').get('registered-models/permissions/get?name=not%20yet&username=carol')
    assert.equal((await as('alice').call('POST', `${MODELS}/create`, grant)).status, 403)
    assert.equal((await as('root').call('POST', `${MODELS}/create`, grant)).status, 200)
    assert.equal((await as('root').call('POST', `${MODELS}/create`, grant)).body.error_code, 'RESOURCE_ALREADY_EXISTS')
    assert.equal((await as('root').call('PATCH', `${MODELS}/update`, { ...grant, permission: 'EDIT' })).status, 200)
    assert.equal((await told()).body.registered_model_permission?.permission, 'EDIT')
    await as('alice').post('registered-models/create', { name: 'not yet' })
    assert.equal((await as('carol').get('registered-models/get?name=not%20yet')).status, 404)
    assert.equal((await told()).status, 404)
    await as('alice').call('DELETE', '/api/2.0/mlflow/registered-models/delete', { name: 'not yet' })
    assert.equal((await as('root').call('DELETE', `${MODELS}/delete`, { name: 'not yet', username: 'carol' })).status, 200)
    assert.equal((await told()).status, 404)

    const next = String(Number(experiment_id) + 1_000)
    const early = { experiment_id: next, username: 'carol', permission: 'MANAGE' }
    assert.equal((await as('root').call('POST', `${EXPERIMENTS}/create`, early)).status, 200)
    assert.equal((await as('carol').get(`experiments/get?experiment_id=${next}`)).status, 404)
  })

  test('a grant on the default experiment, whose id is 0, is none on the others', async () => {
    assert.equal(
      (await as('root').call('POST', `${EXPERIMENTS}/create`, { experiment_id: '0', username: 'dora', permission: 'MANAGE' })).status,
      200,
    )
    assert.equal((await as('dora').get('experiments/get?experiment_id=0')).status, 200)
    assert.equal((await as('dora').get(`experiments/get?experiment_id=${experiment_id}`)).status, 404)
    const { body } = await as('dora').post('experiments/search', { max_results: 10 })
    assert.deepEqual(
      body.experiments.map((one: { experiment_id: string }) => one.experiment_id),
      ['0'],
    )
  })

  test('AZ-12 a version that names files of a run that may not be read is not made', async () => {
    const run = await as('alice').post('runs/create', { experiment_id })
    const { run_id, artifact_uri } = run.body.run.info
    await as('bob').post('registered-models/create', { name: 'bobs' })
    const made = await as('bob').post('model-versions/create', { name: 'bobs', source: `${artifact_uri}/model`, run_id })
    assert.equal(made.status, 404, made.text)
  })

  test('AZ-11 a run of an experiment that may only be read takes nothing', async () => {
    await as('alice').call('POST', `${EXPERIMENTS}/create`, { experiment_id, username: 'bob', permission: 'READ' })
    const { run_id } = (await as('alice').post('runs/create', { experiment_id })).body.run.info
    const datasets = [{ dataset: { name: 'ATTACKER', digest: 'evil', source_type: 'x', source: 'y' } }]
    for (const [path, body] of [
      ['runs/log-inputs', { run_id, datasets }],
      ['runs/outputs', { run_id, models: [{ model_id: 'm-1', step: 0 }] }],
      ['runs/log-model', { run_id, model_json: '{"run_id":"x","artifact_path":"a"}' }],
      ['runs/log-batch', { run_id, params: [{ key: 'k', value: 'v' }] }],
    ] as const) {
      const answer = await as('bob').post(path, body)
      assert.equal(answer.body.error_code, 'PERMISSION_DENIED', `${path} ${answer.text}`)
    }
  })

  test('AZ-02 AZ-07 artifacts follow the experiment in whose place they lie', async () => {
    const { artifact_uri } = (await as('alice').post('runs/create', { experiment_id })).body.run.info
    const path = artifact_uri.replace('mlflow-artifacts:/', '')
    const at = `/api/2.0/mlflow-artifacts/artifacts/${path}/f`
    assert.equal((await as('alice').call('PUT', at, Buffer.from('bytes'))).status, 200)
    assert.equal((await as('bob').call('GET', at)).status, 200)
    for (const method of ['PUT', 'DELETE']) assert.equal((await as('bob').call(method, at, Buffer.from('b'))).status, 403, method)
    const mpu = await as('bob').call('POST', `/api/2.0/mlflow-artifacts/mpu/create/${path}`, { path: 'x', num_parts: 1 })
    assert.equal(mpu.status, 403, mpu.text)
    await as('root').call('PATCH', `${EXPERIMENTS}/update`, { experiment_id, username: 'bob', permission: 'NO_PERMISSIONS' })
    for (const place of [at, '/api/2.0/mlflow-artifacts/artifacts/404/run/artifacts/f', '/api/2.0/mlflow-artifacts/artifacts']) {
      assert.equal((await as('bob').call('GET', place)).status, 404, place)
    }
  })

  test("AZ-07 an experiment can't be put into another one's folder", async () => {
    for (const place of [`mlflow-artifacts:/${experiment_id}`, `mlflow-artifacts:/${experiment_id}/deeper`, 'mlflow-artifacts:/']) {
      const made = await as('bob').post('experiments/create', { name: `in ${place}`, artifact_location: place })
      assert.equal(made.body.error_code, 'PERMISSION_DENIED', made.text)
      assert.match(made.text, /leave it out/)
    }
    const own = await as('bob').post('experiments/create', { name: 'own', artifact_location: '' })
    assert.equal(own.status, 200, own.text)
  })

  test('AZ-06 nobody is let in without signing in', async () => {
    assert.equal((await as('').get(`experiments/get?experiment_id=${experiment_id}`)).status, 401)
    assert.equal((await as('').call('POST', '/v1/traces', Buffer.from('{}'))).status, 401)
  })

  describe('a default permission', () => {
    test('is what everyone has, unless they were told that they have none', async () => {
      const shared = await serverWithAccounts(await open(), 'READ', ['alice', 'bob', 'carol'])
      const made = await shared('alice').post('experiments/create', { name: 'open' })
      const body = { experiment_id: made.body.experiment_id as string }
      const get = (who: string) => shared(who).get(`experiments/get?experiment_id=${body.experiment_id}`)
      assert.equal((await get('bob')).status, 200)
      const deny = { ...body, username: 'bob', permission: 'NO_PERMISSIONS' }
      assert.equal((await shared('alice').call('POST', `${EXPERIMENTS}/create`, deny)).status, 200)
      assert.equal((await get('bob')).status, 404)
      assert.equal((await get('carol')).status, 200)
    })
  })
})
