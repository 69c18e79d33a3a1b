import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { IGNORED_OF_GIT, joinTrust, modelStatement, NOBODY, type Trust, trustKey } from '@millrace/sign'
import { signerFromPem, signStatement } from '@millrace/sign/make'
import { Refused } from '../refused.ts'
import { folderOf, loggedFiles } from '../testing/models.ts'
import { clientOf, type Registry } from '../testing/registry.ts'
import { loadModel } from './load.ts'

const newSigner = () =>
  signerFromPem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')

/** A signature over files, as `millrace sign` makes it. */
function signatureOf(files: Record<string, string | Buffer>, signer = newSigner()): Promise<string> {
  const digests = Object.entries(files).map(([path, content]) => ({ path, sha256: sha256(content) }))
  return signStatement({ signer }, modelStatement('steps', digests, { ignore_paths: [...IGNORED_OF_GIT, 'model.sig'] }))
}

const refused = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Refused, String(error))
  assert.equal(error.step, 'signature', error.message)
  assert.match(error.message, message)
  return true
}

const whole = loggedFiles()
const release = newSigner()
const trust: Trust = trustKey(release.public_key, 'release')

test('where somebody must have signed, a version is served with their signature over the very files that arrived', async () => {
  const load = (registry: Partial<Registry>, rules: { trust?: Trust } = { trust }) =>
    loadModel('models:/steps/3', { client: clientOf({ files: whole, recorded: whole, scan: 'clean', ...registry }), ...rules })
  const own = await signatureOf(whole, release)
  assert.equal((await load({}, {})).version, '3')
  assert.equal((await load({ signed: [own] })).version, '3')
  await assert.rejects(load({}), refused(/nobody signed these files/))
  await assert.rejects(load({ signed: [await signatureOf(whole)] }), refused(/not among the trusted/))
  const other = { ...whole, 'model.lgb': `${whole['model.lgb']}\n` }
  await assert.rejects(load({ signed: [await signatureOf(other, release)] }), refused(/over other files/))
  await assert.rejects(load({ signed: ['{}'] }), refused(/can't be read/))
  const revoked = joinTrust(trust, { ...NOBODY, revoked: new Map([[release.public_key.id, 'the laptop was stolen']]) })
  await assert.rejects(load({ signed: [own] }, { trust: revoked }), refused(/revoked: the laptop was stolen/))
})

test('what the registry asks of an alias is asked for at load too: a signature that was revoked since counts no more', async () => {
  const missing = [{ what: 'signature', says: 'it is not signed by release' }]
  const load = (uri: string, registry: Partial<Registry>) =>
    loadModel(uri, { client: clientOf({ files: whole, recorded: whole, scan: 'clean', ...registry }) })
  await assert.rejects(
    load('models:/steps@champion', { missing }),
    refused(/policy for 'champion' asks for a signature, and it is not signed by release/),
  )
  assert.equal((await load('models:/steps@champion', { missing: [{ what: 'approvals', says: 'it needs 1' }] })).version, '3')
  assert.equal((await load('models:/steps/3', { missing })).version, '3')
})

test('a folder has its signature beside the model', async (t) => {
  const load = (files: Record<string, string | Buffer>) => loadModel(folderOf(t, files), { client: undefined, name: 'steps', trust })
  const signed = { ...whole, 'model.sig': `${await signatureOf(whole, release)}\n` }
  assert.equal((await load(signed)).name, 'steps')
  await assert.rejects(load(whole), refused(/nobody signed/))
  await assert.rejects(load({ ...signed, 'more.txt': 'x' }), refused(/over other files.*more\.txt/))
})
