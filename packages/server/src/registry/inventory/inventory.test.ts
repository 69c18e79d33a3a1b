import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { command } from '../../db/handles.ts'
import type { As } from '../../testing/accounts.ts'
import { serverWithAccounts } from '../../testing/accounts.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { Promoters, requestIn } from '../../testing/promotions.ts'
import { versionByNumber } from '../model-versions/index.ts'
import { setReservedTag } from '../signatures/index.ts'

const REFUSE = command('update model_version set status = 2')
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const known = async (as: As, files: readonly { sha256: string; path?: string }[]) =>
  (await as.call('POST', '/api/2.0/millrace/inventory/known', { files })).body.files
const listed = async (as: As, what: 'unregistered' | 'unapproved', query = '') =>
  ok(as.call('GET', `/api/2.0/millrace/inventory/${what}${query}`))

async function ok(answer: ReturnType<As['call']>) {
  const { status, body, text } = await answer
  assert.equal(status, 200, text)
  return body
}

/** Registers files that a run of this account made; gives the version's number. */
async function register(as: As, name: string, files: Record<string, string>): Promise<string> {
  const { experiment_id } = await ok(as.post('experiments/create', { name: `${name}-${Math.random()}` }))
  const { run_id } = (await ok(as.post('runs/create', { experiment_id }))).run.info
  for (const [path, text] of Object.entries(files)) {
    const place = `/api/2.0/mlflow-artifacts/artifacts/${experiment_id}/${run_id}/artifacts/model/${path}`
    await ok(as.call('PUT', place, Buffer.from(text)))
  }
  await as.post('registered-models/create', { name })
  const { version } = (await ok(as.post('model-versions/create', { name, source: `runs:/${run_id}/model`, run_id }))).model_version
  assert.equal((await ok(as.get(`model-versions/get?name=${name}&version=${version}`))).model_version.status, 'READY')
  return version
}

overEachDatabase('inventory', (open) => {
  test('a file is known by its digest alone, with how far its versions have come', async () => {
    const people = await Promoters.on(await open())
    const v = await people.version('alice', 'm', 'flavors')
    const again = await people.version('alice', 'copy', 'flavors')
    await people.scanned('m', v, 'clean')
    await people.ok(people.setAlias('alice', 'm', 'challenger', v))
    const [file, other] = await known(people.as('bob'), [{ sha256: sha256('flavors') }, { sha256: sha256('else') }])
    assert.equal(file.known_in, 2)
    const standing = { aliases: [], stage: 'None', scan: 'clean', signed: false, approved: false, path: 'MLmodel' }
    assert.deepEqual(file.model_versions, [
      { ...standing, name: 'copy', version: again },
      { ...standing, name: 'm', version: v, aliases: ['challenger'] },
    ])
    assert.deepEqual(other, { sha256: sha256('else'), known_in: 0, model_versions: [], same_path: [] })
    await people.ok(people.as('alice').call('DELETE', '/api/2.0/mlflow/model-versions/delete', { name: 'm', version: v }))
    const left = async () => (await known(people.as('bob'), [{ sha256: sha256('flavors') }]))[0].known_in
    assert.equal(await left(), 1)
    await people.db.write(async (tx) => tx.run(REFUSE))
    assert.equal(await left(), 0)
  })

  test('of very many versions with the same file ten are told, and how many there are', async () => {
    const people = await Promoters.on(await open())
    for (let n = 0; n < 12; n++) await people.version('alice', 'm', 'licence')
    const [file] = await known(people.as('bob'), [{ sha256: sha256('licence') }])
    assert.equal(file.known_in, 12)
    assert.deepEqual(
      file.model_versions.map(({ version }: { version: string }) => Number(version)),
      [12, 11, 10, 9, 8, 7, 6, 5, 4, 3],
    )
  })

  test('a changed file is told by the model named in its path, by known files beside it, or by a path of one model only', async () => {
    const as = await serverWithAccounts(await open(), 'MANAGE', ['alice'])
    const alice = as('alice')
    await register(alice, 'churn', { 'model.pkl': 'churn one', MLmodel: 'churn', 'data/weights.bin': 'w' })
    const second = await register(alice, 'churn', { 'model.pkl': 'churn two', MLmodel: 'churn' })
    await register(alice, 'fraud', { 'model.pkl': 'fraud', MLmodel: 'fraud' })
    const asked: Record<string, object[]> = {
      '/srv/churn/3/model.pkl': [{ name: 'churn', version: second, path: 'model.pkl' }],
      '/opt/a/model.pkl': [{ name: 'fraud', version: '1', path: 'model.pkl' }],
      '/opt/b/data/weights.bin': [{ name: 'churn', version: '1', path: 'data/weights.bin' }],
      '/opt/b/model.pkl': [],
      '/opt/b/other.pkl': [],
    }
    const files = [
      ...Object.keys(asked).map((path) => ({ path, sha256: sha256(path) })),
      { path: '/opt/a/MLmodel', sha256: sha256('fraud') },
    ]
    const answers = await known(alice, files)
    for (const [at, expected] of Object.values(asked).entries())
      assert.deepEqual(answers[at].same_path, expected, Object.keys(asked)[at] as string)
    assert.equal(answers[5].known_in, 1)
  })

  test('AZ-16 nothing is known of versions, runs and models that the caller may not read', async () => {
    const as = await serverWithAccounts(await open(), 'NO_PERMISSIONS', ['alice', 'bob'])
    await register(as('alice'), 'churn', { 'model.pkl': 'one' })
    await ok(as('alice').post('registered-models/alias', { name: 'churn', alias: 'here', version: '1' }))
    const { experiment_id } = await ok(as('alice').post('experiments/create', { name: 'e' }))
    await ok(as('alice').post('logged-models', { experiment_id, name: 'l' }))
    const files = [{ sha256: sha256('one') }, { sha256: sha256('two'), path: '/srv/churn/model.pkl' }]
    const [one, two] = await known(as('alice'), files)
    assert.deepEqual([one.known_in, two.same_path.length], [1, 1])
    const [hidden, strange] = await known(as('bob'), files)
    assert.deepEqual([hidden.known_in, hidden.model_versions, strange.same_path], [0, [], []])
    for (const [who, count] of [
      ['alice', 1],
      ['bob', 0],
    ] as const) {
      assert.equal((await listed(as(who), 'unregistered')).models.length, count)
      assert.equal((await listed(as(who), 'unapproved')).model_versions.length, count)
    }
  })

  test('models that nobody registered are listed, of old clients and new ones, page by page', async () => {
    const as = await serverWithAccounts(await open(), 'MANAGE', ['alice'])
    const alice = as('alice')
    const { experiment_id } = await ok(alice.post('experiments/create', { name: 'e' }))
    const runOf = async (run_name: string): Promise<string> =>
      (await ok(alice.post('runs/create', { experiment_id, run_name }))).run.info.run_id
    const modelOf = async (name: string, source_run_id?: string): Promise<string> =>
      (await ok(alice.post('logged-models', { experiment_id, name, source_run_id }))).model.info.model_id
    const run_id = await runOf('first')
    const history = [{ key: 'mlflow.log-model.history', value: '[{"artifact_path":"model"}]' }]
    const [old, old_registered] = [await runOf('old'), await runOf('registered')]
    for (const one of [old, old_registered]) await ok(alice.post('runs/log-batch', { run_id: one, tags: history }))
    const [left, deleted, registered, by_folder] = [
      await modelOf('left', run_id),
      await modelOf('deleted'),
      await modelOf('registered'),
      await modelOf('by-folder', run_id),
    ]
    await ok(alice.call('DELETE', `/api/2.0/mlflow/logged-models/${deleted}`))
    await ok(alice.post('registered-models/create', { name: 'm' }))
    await ok(alice.post('model-versions/create', { name: 'm', source: `models:/${registered}`, model_id: registered }))
    await ok(alice.post('model-versions/create', { name: 'm', source: `runs:/${old_registered}/model`, run_id: old_registered }))
    const created = (all: { created_ms: number }[]) =>
      all.map(({ created_ms, ...rest }) => {
        assert.ok(created_ms > 0)
        return rest
      })
    const of = { experiment_id, experiment_name: 'e', owner: 'alice' }
    const expected = [
      { ...of, run_id, run_name: 'first', model_id: by_folder, name: 'by-folder' },
      { ...of, run_id, run_name: 'first', model_id: left, name: 'left' },
      { ...of, run_id: old, run_name: 'old' },
    ]
    assert.deepEqual(created((await listed(alice, 'unregistered')).models), expected)
    await ok(alice.post('model-versions/create', { name: 'm', source: `runs:/${run_id}/by-folder`, run_id }))
    const first = await listed(alice, 'unregistered', '?max_results=1')
    const second = await listed(alice, 'unregistered', `?max_results=1&page_token=${first.next_page_token}`)
    assert.deepEqual(created([...first.models, ...second.models]), expected.slice(1))
    assert.equal(second.next_page_token, undefined)
  })

  test('versions in use are listed with what they lack, until they lack nothing', async () => {
    const db = await open()
    const people = await Promoters.on(db)
    const [one, two] = [await people.version('alice', 'm', 'one'), await people.version('alice', 'm', 'two')]
    await people.version('alice', 'unused')
    await people.ok(people.setAlias('alice', 'm', 'challenger', one))
    const id = requestIn(await people.setStage('alice', 'm', 'Production', two))
    await people.ok(people.decide('bob', id, 'approve'))
    await people.ok(people.setStage('alice', 'm', 'Production', two))
    const root = people.as('root')
    const lacks = async () =>
      (await listed(root, 'unapproved')).model_versions.map(({ version, lacks: all }: { version: string; lacks: string[] }) => [
        version,
        ...all,
      ])
    assert.deepEqual(await lacks(), [
      [two, 'scan', 'signature'],
      [one, 'scan', 'signature', 'approval'],
    ])
    await people.scanned('m', two, 'clean')
    const sign = (version: string) =>
      db.write(async (tx) => setReservedTag(tx, (await versionByNumber(tx, 'm', Number(version))).id, 'millrace.signature', 'release'))
    await sign(two)
    assert.deepEqual(await lacks(), [[one, 'scan', 'signature', 'approval']])
    // An approval is for one place: another one needs its own.
    await people.ok(people.setAlias('alice', 'm', 'Shadow', two))
    assert.deepEqual(await lacks(), [
      [two, 'approval'],
      [one, 'scan', 'signature', 'approval'],
    ])
    const first = await listed(root, 'unapproved', '?max_results=1')
    const second = await listed(root, 'unapproved', `?max_results=1&page_token=${first.next_page_token}`)
    const [shadowed, challenger] = [...first.model_versions, ...second.model_versions]
    assert.deepEqual([shadowed.aliases, shadowed.stage, shadowed.owner, shadowed.signed], [['Shadow'], 'Production', 'alice', true])
    assert.deepEqual([challenger.aliases, challenger.stage, challenger.scan], [['challenger'], 'None', 'not_looked_at'])
    assert.equal(second.next_page_token, undefined)
  })
})

overEachDatabase('inventory of hostile questions', (open) => {
  test('what is no digest, too many of them and no file at all are refused', async () => {
    const as = await serverWithAccounts(await open(), 'MANAGE', ['alice'])
    const ask = (files: unknown) => as('alice').call('POST', '/api/2.0/millrace/inventory/known', { files })
    const good = { sha256: sha256('x') }
    for (const files of [[], [{ sha256: 'x' }], Array(501).fill(good), [{ ...good, path: 'p'.repeat(4097) }]]) {
      assert.equal((await ask(files)).status, 400)
    }
    assert.equal((await ask(Array(500).fill({ ...good, path: "//%_'/../x".repeat(300) }))).status, 200)
  })
})
