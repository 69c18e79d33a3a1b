import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import {
  digestsOf,
  type FileDigest,
  modelStatement,
  PROVENANCE,
  readTrust,
  type Statement,
  scanStatement,
  subjectOf,
  type Trust,
} from '@millrace/sign'
import { type ModelSigner, signerFromPem, signStatement } from '@millrace/sign/make'
import type { Database } from '../../db/database.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { registryOf } from '../../testing/registry.ts'
import { type Answer, TestServer } from '../../testing/server.ts'
import { versionByNumber } from '../model-versions/index.ts'
import { recordVerdict } from '../scans/index.ts'
import { attestOwn, holdTrusted, setReservedTag, signersOf } from './index.ts'

const newSigner = (): ModelSigner => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { signer: signerFromPem(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string) }
}
const trustIn = (signers: Record<string, ModelSigner>, revoked: readonly ModelSigner[] = []): Trust =>
  readTrust(
    JSON.stringify({
      keys: Object.entries(signers).map(([name, { signer }]) => ({ name, public_key: signer.public_key.pem })),
      revoked: revoked.map(({ signer }) => ({ id: signer.public_key.id, reason: 'lost' })),
    }),
  )
const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
const filesOf = (files: Record<string, string>): FileDigest[] =>
  Object.entries(files).map(([path, text]) => ({ path, sha256: digest(text) }))

const FILES = { MLmodel: 'flavors', 'data/model.bin': 'weights' }

class Shelf {
  readonly db: Database
  readonly server: TestServer
  readonly registry: ReturnType<typeof registryOf>

  constructor(db: Database) {
    this.db = db
    this.server = new TestServer(db)
    this.registry = registryOf(this.server)
  }

  /** Registers a model of these files. */
  async register(name: string, files: Record<string, string> = FILES): Promise<void> {
    const run = (await this.server.post('runs/create', { experiment_id: '0' })).body.run.info.run_id
    for (const [path, text] of Object.entries(files)) {
      await this.server.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/model/${path}`, Buffer.from(text))
    }
    await this.registry.post('registered-models/create', { name })
    await this.registry.post('model-versions/create', { name, source: `runs:/${run}/model` })
    assert.equal((await this.version(name)).status, 'READY')
  }

  async version(name: string): Promise<{ status: string; tags: { key: string; value: string }[] }> {
    return (await this.registry.get('model-versions/get', { name, version: '1' })).model_version
  }

  async tag(name: string, key: string): Promise<string | undefined> {
    return (await this.version(name)).tags.find((one) => one.key === key)?.value
  }

  send(name: string, bundle: string): Promise<Answer> {
    return this.server.call('POST', '/api/2.0/millrace/attestations/create', { name, version: '1', bundle })
  }

  list(name: string): Promise<Answer> {
    return this.server.call('GET', `/api/2.0/millrace/attestations/list?name=${name}&version=1`)
  }
}

const signed = (signer: ModelSigner, files: Record<string, string> = FILES, ignore_paths: string[] = []): Promise<string> =>
  signStatement(signer, modelStatement('model', filesOf(files), { ignore_paths }))
const provenance = (files: Record<string, string>): Statement => ({
  subjects: [subjectOf('model', digestsOf(filesOf(files)))],
  predicate_type: PROVENANCE,
  predicate: { runDetails: { metadata: { invocationId: 'r1' } } },
})

overEachDatabase('attestations of versions', (open) => {
  test('RC-16 a trusted signature over the version is kept, told and shown as a tag; others are refused', async () => {
    const shelf = new Shelf(await open())
    const [release, stranger] = [newSigner(), newSigner()]
    holdTrusted(shelf.db.reader, { trust: trustIn({ release }) })
    await shelf.register('m')
    const bundle = await signed(release)
    const made = await shelf.send('m', bundle)
    assert.equal(made.status, 200, made.text)
    const { attestation } = made.body
    assert.deepEqual([attestation.kind, attestation.valid, attestation.signer.name], ['signature', true, 'release'])
    assert.equal(await shelf.tag('m', 'millrace.signature'), 'release')
    assert.deepEqual((await shelf.list('m')).body.attestations, [attestation])
    const id = attestation.attestation_id
    const got = await shelf.server.call('GET', `/api/2.0/millrace/attestations/get?name=m&version=1&attestation_id=${id}`)
    assert.equal(got.body.bundle, bundle)
    assert.equal((await shelf.send('m', bundle)).status, 200)
    assert.equal((await shelf.list('m')).body.attestations.length, 1, 'the same one twice is one')

    const refusals: [number, RegExp, string][] = [
      [403, /not among the trusted ones/, await signed(stranger)],
      [400, /other files.*changed: "MLmodel"/, await signed(release, { ...FILES, MLmodel: 'evil' })],
      [400, /not signed: "data\/model.bin"/, await signed(release, { MLmodel: 'flavors' })],
      [400, /not signed: "data\/model.bin"/, await signed(release, { MLmodel: 'flavors' }, ['data'])],
      [400, /missing: "more"/, await signed(release, { ...FILES, more: '' })],
      [400, /no subject has/, await signStatement(release, provenance({ ...FILES, MLmodel: 'other' }))],
      [403, /trusted for signature, provenance and not for scan/, await signStatement(release, scan('clean'))],
      [400, /no JSON/, 'nonsense'],
      [400, /was signed|were changed/, bundle.replace(/"sig":"[^"]+"/, `"sig":"${sigOf(await signed(release, { a: '' }))}"`)],
    ]
    for (const [status, message, text] of refusals) {
      const refused = await shelf.send('m', text)
      assert.equal(refused.status, status, refused.text)
      assert.match(refused.body.message, message)
    }
    assert.equal((await shelf.list('m')).body.attestations.length, 1)
  })

  test('RC-16 the same bytes under other names are another model, for a statement that names it by digest', async () => {
    const shelf = new Shelf(await open())
    const release = newSigner()
    holdTrusted(shelf.db.reader, { trust: trustIn({ release }) })
    await shelf.register('m')
    assert.equal((await shelf.send('m', await signStatement(release, provenance(FILES)))).status, 200)
    const renamed = provenance({ MLmodel: 'flavors', 'data/model.pkl': 'weights' })
    assert.equal(renamed.subjects[0]?.digest.sha256, provenance(FILES).subjects[0]?.digest.sha256)
    assert.equal((await shelf.send('m', await signStatement(release, renamed))).status, 400)
    const [subject] = renamed.subjects
    const only_root = { ...renamed, subjects: [{ name: 'm', digest: { sha256: subject?.digest.sha256 as string } }] }
    assert.equal((await shelf.send('m', await signStatement(release, only_root))).status, 400)
  })

  test('RC-16 what the server knows of a version is told in tags that no client sets, changes or deletes', async () => {
    const shelf = new Shelf(await open())
    await shelf.register('m')
    const set = (key: string) => shelf.server.post('model-versions/set-tag', { name: 'm', version: '1', key, value: 'clean' })
    for (const key of ['millrace.scan', 'millrace.signature', 'millrace.approval', 'millrace.new', 'Millrace.Scan', ' millrace.scan']) {
      const refused = await set(key)
      assert.equal(refused.status, 400, key)
      assert.match(refused.body.message, /the server's own/)
      const url = '/api/2.0/mlflow/model-versions/delete-tag'
      assert.equal((await shelf.server.call('DELETE', url, { name: 'm', version: '1', key })).status, 400, key)
      const tags = [{ key, value: 'clean' }]
      assert.equal((await shelf.server.post('model-versions/create', { name: 'm', source: 's3://x/y', tags })).status, 400, key)
    }
    assert.equal((await set('millraces')).status, 200)
    const { id } = await idOf(shelf, 'm')
    await shelf.db.write((tx) => setReservedTag(tx, id, 'millrace.scan', 'clean'))
    assert.equal(await shelf.tag('m', 'millrace.scan'), 'clean')
    const found = await shelf.registry.get('model-versions/search', { filter: "tags.`millrace.scan` = 'clean'" })
    assert.equal(found.model_versions.length, 1)
    await shelf.db.write((tx) => setReservedTag(tx, id, 'millrace.scan', undefined))
    assert.equal(await shelf.tag('m', 'millrace.scan'), undefined)
  })

  test("a copy has its original's signatures and not its tags by word alone; a deleted version leaves none", async () => {
    const shelf = new Shelf(await open())
    const release = newSigner()
    holdTrusted(shelf.db.reader, { trust: trustIn({ release }) })
    await shelf.register('m')
    await shelf.send('m', await signed(release))
    await shelf.registry.post('registered-models/create', { name: 'copy' })
    const tags = [
      { key: 'millrace.scan', value: 'clean' },
      { key: 'millrace.signature', value: 'somebody else' },
      { key: 'mine', value: 'x' },
    ]
    await shelf.registry.post('model-versions/create', { name: 'copy', source: 'models:/m/1', tags })
    assert.deepEqual((await shelf.version('copy')).tags, [
      { key: 'millrace.signature', value: 'release' },
      { key: 'mine', value: 'x' },
    ])
    assert.equal((await shelf.list('copy')).body.attestations[0].valid, true)
    const { id } = await idOf(shelf, 'copy')
    await shelf.registry.delete('model-versions/delete', { name: 'copy', version: '1' })
    assert.deepEqual(await signersOf(shelf.db.reader, id), [])
  })

  test('RC-16 a key that is revoked counts no more from then on, for what it signed before as well', async () => {
    const shelf = new Shelf(await open())
    const release = newSigner()
    holdTrusted(shelf.db.reader, { trust: trustIn({ release }) })
    await shelf.register('m')
    await shelf.send('m', await signed(release))
    const { id } = await idOf(shelf, 'm')
    assert.deepEqual(
      (await signersOf(shelf.db.reader, id)).map(({ name }) => name),
      ['release'],
    )
    holdTrusted(shelf.db.reader, { trust: trustIn({ release }, [release]) })
    assert.deepEqual(await signersOf(shelf.db.reader, id), [])
    const [told] = (await shelf.list('m')).body.attestations
    assert.deepEqual([told.valid, /was revoked: lost/.test(told.problem)], [false, true])
    assert.equal((await shelf.send('m', await signed(release))).status, 403)
  })

  test("the server attests what it found out with its own key, and nobody else's word for it counts", async () => {
    const shelf = new Shelf(await open())
    await shelf.register('m')
    const { id } = await idOf(shelf, 'm')
    const attest = (ending: 'clean' | 'malicious') =>
      shelf.db.write((tx) =>
        attestOwn(tx, id, (subject) => scanStatement(subject, { ending, scanner: 's', rules: '1', scanned_ms: 1, findings: [] }), 7),
      )
    assert.equal(await attest('clean'), undefined, 'without a key it attests nothing')
    holdTrusted(shelf.db.reader, { trust: trustIn({}), own: newSigner() })
    await attest('malicious')
    await attest('clean')
    assert.equal((await shelf.send('m', await signStatement(newSigner(), scan('clean')))).status, 403)
    const { attestations } = (await shelf.list('m')).body
    assert.deepEqual(
      attestations.map((one: { valid: boolean; summary: string; signer: { name: string } }) => [one.valid, one.summary, one.signer.name]),
      [[true, 'clean, by s', 'server']],
    )
    const { root_sha256 } = (await shelf.server.call('GET', '/api/2.0/millrace/model-versions/manifest?name=m&version=1')).body
    const findings = [{ rule: 'pickle', severity: 'high', file: 'a' }]
    await shelf.db.write((tx) => recordVerdict(tx, root_sha256, { ending: 'malicious', findings, rules_version: '2', scanned_ms: 9 }))
    const [rescanned, ...more] = (await shelf.list('m')).body.attestations
    assert.deepEqual([rescanned.valid, rescanned.summary, more.length], [true, 'malicious, by millrace', 0])
  })
})

const sigOf = (bundle: string): string => JSON.parse(bundle).dsseEnvelope.signatures[0].sig

const scan = (ending: 'clean'): Statement =>
  scanStatement(subjectOf('model', digestsOf(filesOf(FILES))), { ending, scanner: 'x', rules: '1', scanned_ms: 1, findings: [] })

async function idOf(shelf: Shelf, name: string): Promise<{ id: number }> {
  return shelf.db.write(async (tx) => ({ id: (await versionByNumber(tx, name, 1)).id }))
}
