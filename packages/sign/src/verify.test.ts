import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { describe, test } from 'node:test'
import { readBundle, readBundles } from './bundle.ts'
import { fingerprintOf, readCertificates } from './certificates.ts'
import { preAuthenticatedOld } from './dsse.ts'
import { readPublicKey } from './keys.ts'
import { KINDS } from './kinds.ts'
import { signerFromPem, signStatement, withCertificates } from './make/index.ts'
import { modelStatement, readSignedModel } from './oms.ts'
import { type Statement, statementBytes } from './statement.ts'
import { CODE_SIGNING, type Says, SERVER_LOGIN, type TestCertificate, testCertificate } from './testing/certificates.ts'
import { joinTrust, readTrust, type Trust, trustKey } from './trust.ts'
import { type Checked, checkBundle } from './verify.ts'

const FILES = [{ path: 'a', sha256: createHash('sha256').update('a').digest('hex') }]
const STATEMENT = modelStatement('m', FILES)

const newKey = (curve = 'P-256') => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: curve })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  return { pem, privateKey, signer: signerFromPem(pem) }
}
const told = (checked: Checked): string => (checked.ok ? `ok ${checked.signer.name} ${checked.signer.identity}` : checked.because)

describe('signatures by keys', () => {
  test('each curve signs with its own hash, and one changed byte is found', async () => {
    for (const curve of ['P-256', 'P-384', 'P-521']) {
      const { signer } = newKey(curve)
      const text = await signStatement({ signer }, STATEMENT)
      const trust = trustKey(signer.public_key, 'k')
      assert.equal(told(checkBundle(readBundle(text), trust)), 'ok k k')
      const json = JSON.parse(text)
      const payload = Buffer.from(json.dsseEnvelope.payload, 'base64')
      for (const at of [0, 40, payload.length - 1]) {
        const changed = Buffer.from(payload)
        changed[at] = (changed[at] as number) ^ 1
        const other = { ...json, dsseEnvelope: { ...json.dsseEnvelope, payload: changed.toString('base64') } }
        assert.equal(told(checkBundle(readBundle(JSON.stringify(other)), trust)), 'broken', `${curve} ${at}`)
      }
    }
  })

  test('a key that models are not signed with is refused, and an unknown one is nobody', async () => {
    const { privateKey: ed25519 } = generateKeyPairSync('ed25519')
    assert.throws(() => signerFromPem(ed25519.export({ type: 'pkcs8', format: 'pem' }) as string), /P-256, P-384 or P-521/)
    assert.throws(() => newKey('secp256k1'), /P-256, P-384 or P-521/)
    const text = await signStatement({ signer: newKey().signer }, STATEMENT)
    assert.equal(told(checkBundle(readBundle(text), trustKey(newKey().signer.public_key))), 'untrusted')
    assert.equal(told(checkBundle(readBundle(text.replace(/"hint":"[^"]+"/, '"hint":""')), trustKey(newKey().signer.public_key))), 'broken')
  })

  test('a password opens an encrypted key; messages tell what is wrong and nothing of the key', () => {
    const { privateKey } = newKey()
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' }) as string
    assert.equal(signerFromPem(pem, 'right').public_key.curve.name, 'P-256')
    assert.throws(() => signerFromPem(pem), /MILLRACE_KEY_PASSWORD/)
    assert.throws(
      () => signerFromPem(pem, 'wrong'),
      (error: Error) => /decrypted/.test(error.message) && !error.message.includes('wrong'),
    )
  })

  test('bundles before 1.0, which name no key by its digest, are checked with every trusted key', async () => {
    const { signer } = newKey()
    const json = JSON.parse(await signStatement({ signer }, STATEMENT))
    const raw = { rawBytes: Buffer.from(signer.public_key.pem).toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256' }
    const { tlogEntries: _none, ...material } = { ...json.verificationMaterial, publicKey: raw }
    const text = JSON.stringify({ ...json, verificationMaterial: material })
    const trust = joinTrust(trustKey(newKey().signer.public_key, 'other'), trustKey(signer.public_key, 'k'))
    assert.equal(told(checkBundle(readBundle(text), trust)), 'ok k k')
  })

  test('signatures of 0.1 and 0.2, over other bytes and by SHA-256 on every curve, still count; for new statements they do not', () => {
    const { privateKey, signer } = newKey('P-384')
    const subjects = FILES.map(({ path, sha256 }) => ({ name: path, digest: { sha256 } }))
    const old = (statement: Statement): string => {
      const payload = statementBytes(statement)
      const sig = sign('sha256', preAuthenticatedOld(payload), privateKey).toString('base64')
      const envelope = {
        payload: payload.toString('base64'),
        payloadType: 'application/vnd.in-toto+json',
        signatures: [{ sig, keyid: null }],
      }
      const publicKey = { rawBytes: '', keyDetails: 'PKIX_ECDSA_P256_SHA_256' }
      const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
      return JSON.stringify({ mediaType, verificationMaterial: { publicKey }, dsseEnvelope: envelope })
    }
    const trust = trustKey(signer.public_key, 'k')
    const checked = checkBundle(readBundle(old({ subjects, predicate_type: 'https://model_signing/Digests/v0.1', predicate: {} })), trust)
    assert.ok(checked.ok)
    assert.deepEqual(
      readSignedModel(checked.statement).resources.map(({ path, digest }) => [path, digest]),
      FILES.map(({ path, sha256 }) => [path, sha256]),
    )
    assert.equal(told(checkBundle(readBundle(old(STATEMENT)), trust)), 'broken')
  })
})

describe('signatures by certificates', () => {
  const ca = testCertificate('Models CA', { ca: true })
  const signed = (leaf: TestCertificate, chain?: string) =>
    signStatement(withCertificates(signerFromPem(leaf.key_pem), leaf.pem, chain), STATEMENT)
  const trustIn = (root: TestCertificate, more: object = {}, revoked: readonly string[] = []): Trust =>
    readTrust(
      JSON.stringify({
        certificates: [{ name: 'ca', certificate: root.pem, may: KINDS, ...more }],
        revoked: revoked.map((id) => ({ id, reason: 'lost' })),
      }),
    )
  const check = async (says: Says, trust = trustIn(ca)): Promise<string> =>
    told(checkBundle(readBundle(await signed(testCertificate('signer', { issuer: ca, email: 'ml@example.com', ...says }))), trust))

  test('a certificate counts that a trusted authority issued for signing, also by way of another', async () => {
    assert.equal(await check({}), 'ok ca ml@example.com')
    assert.equal(await check({ extended: [CODE_SIGNING], key_usage: undefined }), 'ok ca ml@example.com')
    const middle = testCertificate('Middle', { issuer: ca, ca: true, path_max: 0 })
    const leaf = testCertificate('signer', { issuer: middle })
    assert.equal(told(checkBundle(readBundle(await signed(leaf, middle.pem)), trustIn(ca))), 'ok ca signer')
    assert.equal(told(checkBundle(readBundle(await signed(leaf)), trustIn(ca))), 'untrusted', 'the middle one is missing')
    const below = testCertificate('Below', { issuer: middle, ca: true })
    const deep = testCertificate('signer', { issuer: below })
    assert.equal(
      told(checkBundle(readBundle(await signed(deep, below.pem + middle.pem)), trustIn(ca))),
      'untrusted',
      'too long for the middle',
    )
  })

  test('no other certificate does: of a web server, not for signing, expired authority, no authority, strange demands', async () => {
    assert.equal(await check({ extended: [SERVER_LOGIN] }), 'untrusted')
    assert.equal(await check({ key_usage: 0x20 }), 'untrusted')
    assert.equal(await check({ key_usage: undefined }), 'untrusted')
    assert.equal(await check({ critical: '1.2.3.4' }), 'untrusted')
    assert.equal(await check({}, trustIn(testCertificate('Models CA', { ca: true }))), 'untrusted', 'another authority of the same name')
    const plain = testCertificate('plain', { issuer: ca })
    assert.equal(await check({ issuer: plain }, trustIn(plain)), 'untrusted', 'a signer issues none')
    const no_issuer = testCertificate('no issuer', { ca: true, key_usage: 0x80 })
    assert.equal(await check({ issuer: no_issuer }, trustIn(no_issuer)), 'untrusted')
    const early = testCertificate('early', { ca: true, to: '2026-01-02' })
    assert.equal(await check({ issuer: early, from: '2026-02-01' }, trustIn(early)), 'untrusted')
    assert.equal(await check({ issuer: early, to: '2026-01-02' }, trustIn(early)), 'ok ca ml@example.com', 'valid when it began')
  })

  test('an authority may count for some people, for some kinds; a revoked certificate or key for nobody', async () => {
    assert.equal(await check({}, trustIn(ca, { identities: ['ml@example.com'] })), 'ok ca ml@example.com')
    assert.equal(await check({}, trustIn(ca, { identities: ['other@example.com'] })), 'untrusted')
    assert.equal(await check({}, trustIn(ca, { may: ['scan'] })), 'untrusted')
    const leaf = testCertificate('signer', { issuer: ca })
    const bundle = readBundle(await signed(leaf))
    const [own] = readCertificates(leaf.pem, 'leaf')
    const [root] = readCertificates(ca.pem, 'ca')
    assert.ok(own && root)
    for (const id of [fingerprintOf(own), fingerprintOf(root), readPublicKey(own.publicKey).id]) {
      assert.equal(told(checkBundle(bundle, trustIn(ca, {}, [id]))), 'revoked')
    }
    const keys = trustKey(newKey().signer.public_key, 'release')
    const posing = testCertificate('release', { issuer: ca })
    assert.equal(told(checkBundle(readBundle(await signed(posing)), joinTrust(trustIn(ca), keys))), 'untrusted', "a key's name")
    assert.throws(() => withCertificates(signerFromPem(newKey().pem), leaf.pem, undefined), /another key's/)
  })
})

describe('hostile bundles and trust files', () => {
  test('what is no bundle is refused in a sentence', async () => {
    const good = JSON.parse(await signStatement({ signer: newKey().signer }, STATEMENT))
    const { dsseEnvelope: envelope, verificationMaterial: material } = good
    for (const bad of [
      {},
      [],
      { ...good, mediaType: 'text/plain' },
      { ...good, verificationMaterial: {} },
      { ...good, verificationMaterial: { publicKey: 'x' } },
      { ...good, verificationMaterial: { x509CertificateChain: { certificates: [] } } },
      { ...good, dsseEnvelope: { ...envelope, signatures: [] } },
      { ...good, dsseEnvelope: { ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] } },
      { ...good, dsseEnvelope: { ...envelope, payload: 'not base64!' } },
      { ...good, verificationMaterial: { ...material, publicKey: undefined } },
    ]) {
      assert.throws(() => readBundle(JSON.stringify(bad)), { name: 'SignatureProblem' }, JSON.stringify(bad).slice(0, 200))
    }
    const line = JSON.stringify(good)
    assert.equal(readBundles(`${line}\n\n${line}\n`).length, 2)
    assert.equal(readBundles(JSON.stringify(good, undefined, 2)).length, 1)
  })

  test('a signature that contradicts itself, names paths outside or a file twice, is over nothing', () => {
    const of = (predicate: object, sha256 = STATEMENT.subjects[0]?.digest.sha256): Statement => ({
      ...STATEMENT,
      subjects: [{ name: 'm', digest: { sha256: sha256 as string } }],
      predicate: { ...STATEMENT.predicate, ...predicate },
    })
    const [resource] = (STATEMENT.predicate as { resources: { name: string }[] }).resources
    for (const statement of [
      of({}, '0'.repeat(64)),
      of({ resources: [{ ...resource, name: '../a' }] }),
      of({ resources: [{ ...resource, name: '/a' }] }),
      of({ resources: [{ ...resource, algorithm: 'md5' }] }),
      of({ resources: [{ ...resource, digest: 'AB' }] }),
      of({ serialization: { method: 'other', hash_type: 'sha256' } }),
      of({ serialization: { method: 'files', hash_type: 'blake3' } }),
      { ...STATEMENT, subjects: [] },
      { ...STATEMENT, predicate_type: 'https://model_signing/DigestOfDigests/v0.1' },
    ]) {
      assert.throws(() => readSignedModel(statement), { name: 'SignatureProblem' })
    }
  })

  test('bundles with changed bytes anywhere are refused or count for the same; nothing else happens', async () => {
    const ca = testCertificate('CA', { ca: true })
    const leaf = testCertificate('signer', { issuer: ca, extended: [CODE_SIGNING], email: 'ml@example.com' })
    const middle = testCertificate('Middle', { issuer: ca, ca: true })
    const text = await signStatement(withCertificates(signerFromPem(leaf.key_pem), leaf.pem, middle.pem), STATEMENT)
    const trust = readTrust(JSON.stringify({ certificates: [{ name: 'ca', certificate: ca.pem }] }))
    const good = JSON.stringify(checkBundle(readBundle(text), trust))
    let seed = 11
    const pick = (max: number): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31
      return Math.floor((seed / 2 ** 31) * max)
    }
    const endings = new Set<string>()
    for (let round = 0; round < 4000; round++) {
      const json = JSON.parse(text)
      const places = [
        ...json.verificationMaterial.x509CertificateChain.certificates.map((one: object) => [one, 'rawBytes']),
        [json.dsseEnvelope, 'payload'],
        [json.dsseEnvelope.signatures[0], 'sig'],
      ] as [Record<string, string>, string][]
      const [holder, field] = places[pick(places.length)] as [Record<string, string>, string]
      const bytes = Buffer.from(holder[field] as string, 'base64')
      for (let change = pick(3); change >= 0; change--) bytes[pick(bytes.length)] = pick(256)
      holder[field] = bytes.subarray(0, pick(10) === 0 ? pick(bytes.length) : undefined).toString('base64')
      let checked: Checked
      try {
        checked = checkBundle(readBundle(JSON.stringify(json)), trust)
      } catch (error) {
        assert.equal((error as Error).name, 'SignatureProblem', String(error))
        continue
      }
      endings.add(checked.ok ? 'ok' : checked.because)
      // A change that leaves it good is one to the certificate that nobody needs.
      if (checked.ok) assert.equal(JSON.stringify(checked), good)
    }
    assert.ok(endings.has('broken') && endings.has('untrusted'))
  })

  test('a trust file with a mistake is refused, and says where', () => {
    for (const [text, message] of [
      ['{', /no JSON/],
      ['{"keyz": []}', /keyz/],
      ['{"keys": [{"name": "a", "public_key": "x"}]}', /keys\[0\].*can't be read/],
      ['{"keys": [{"public_key": "x"}]}', /name of keys\[0\]/],
      ['{"revoked": [{"id": "abc"}]}', /revoked\[0\]/],
      ['{"certificates": [{"name": "a", "certificate": "x"}]}', /certificates\[0\]/],
    ] as const) {
      assert.throws(() => readTrust(text), message)
    }
  })
})
