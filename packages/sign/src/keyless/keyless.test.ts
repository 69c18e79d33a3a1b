import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { readBundle } from '../bundle.ts'
import { modelStatement } from '../oms.ts'
import { identityToken, startSigstore, type TestSigstore } from '../testing/sigstore.ts'
import { joinTrust, NOBODY, readTrust, type Trust, trustIdentity } from '../trust.ts'
import { checkBundle } from '../verify.ts'
import { signKeyless, withKeyless } from './index.ts'

const BUILD = 'https://github.com/acme/models/.github/workflows/train.yml@refs/heads/main'
const ISSUER = 'https://token.actions.example.com'
const FILES = [{ path: 'MLmodel', sha256: 'ab'.repeat(32) }]
const STATEMENT = modelStatement('model', FILES, { ignore_paths: [], allow_symlinks: false })

describe('keyless signatures (Sigstore)', () => {
  let sigstore: TestSigstore
  let other: TestSigstore
  before(async () => {
    sigstore = await startSigstore()
    other = await startSigstore()
  })
  after(() => Promise.all([sigstore.close(), other.close()]))

  const signed = (by = BUILD, issuer = ISSUER, more: { timestamp_url?: string } = {}): Promise<string> =>
    signKeyless(STATEMENT, identityToken(by, issuer), { fulcio_url: sigstore.url, rekor_url: `${sigstore.url}/`, ...more })
  const told = async (text: string, trust: Trust): Promise<string> => {
    const checked = checkBundle(readBundle(text), await withKeyless(trust))
    return checked.ok
      ? `ok ${checked.signer.name} ${checked.signer.identity} ${checked.signer.issuer}`
      : `${checked.because}: ${checked.sentence}`
  }

  test('a signature counts of whom the caller names, with the issuer that vouches, letter by letter', async () => {
    const bundle = await signed()
    const named = (identity: string, issuer = ISSUER): Trust => trustIdentity(identity, issuer, sigstore.trusted_root)
    assert.equal(await told(bundle, named(BUILD)), `ok the given identity ${BUILD} ${ISSUER}`)
    assert.match(await told(bundle, NOBODY), /^untrusted: .* --certificate-identity/)
    assert.match(
      await told(bundle, named(BUILD, 'https://other.example.com')),
      /^untrusted: It is signed keylessly by https:\/\/github.com/,
    )
    // The library takes the name for a regular expression.
    for (const near of ['.*', BUILD.slice(0, -1), BUILD.replaceAll('.', '-'), BUILD.toUpperCase(), '']) {
      assert.match(await told(bundle, named(near)), /^untrusted: It is signed keylessly/)
    }
  })

  test('a trust file names them for a server: each entry with its root, its identities and what their word counts for', async () => {
    const bundle = await signed('ml@example.com', 'https://accounts.example.com')
    const entry = (more: object = {}) => ({
      name: 'CI',
      trusted_root: sigstore.trusted_root,
      identities: [
        { identity: BUILD, issuer: ISSUER },
        { identity: 'ml@example.com', issuer: 'https://accounts.example.com' },
      ],
      ...more,
    })
    const trustIn = (more: object = {}, revoked: object[] = []): Trust => readTrust(JSON.stringify({ sigstore: [entry(more)], revoked }))
    assert.equal(await told(bundle, trustIn()), 'ok CI ml@example.com https://accounts.example.com')
    const crossed = { identities: [{ identity: 'ml@example.com', issuer: ISSUER }] }
    assert.match(await told(bundle, trustIn(crossed)), /^untrusted: It is signed keylessly by ml@example.com/)
    assert.match(await told(bundle, trustIn({ may: ['provenance'] })), /^untrusted: CI signed it, who is trusted for provenance/)
    const elsewhere = trustIdentity(BUILD, ISSUER, other.trusted_root)
    assert.match(await told(bundle, elsewhere), /^untrusted: It does not hold against the trusted root/)
    assert.equal(await told(bundle, joinTrust(elsewhere, trustIn())), 'ok CI ml@example.com https://accounts.example.com')
    const { material } = readBundle(bundle)
    assert.ok(material.kind === 'keyless')
    const id = createHash('sha256').update(material.certificate).digest('hex')
    assert.match(await told(bundle, trustIn({}, [{ id, reason: 'stolen token' }])), /^revoked: .*stolen token/)
    for (const [more, why] of [
      [{ identities: [] }, /anybody can sign keylessly/],
      [{ identities: [{ identity: 'ml@example.com' }] }, /The issuer of an identity/],
      [{ identities: [{ identity: '', issuer: '' }] }, /is empty/],
      [{ trusted_root: {} }, /no trusted root of Sigstore/],
    ] as const) {
      assert.throws(() => trustIn(more), why)
    }
    const unloaded = checkBundle(readBundle(bundle), trustIn())
    assert.ok(!unloaded.ok && unloaded.because === 'unsupported', 'what was not loaded counts for nothing')
  })

  test('certificate, log, time and signature are each needed; the time may also be told by a clock of its own', async () => {
    const trust = trustIdentity(BUILD, ISSUER, sigstore.trusted_root)
    const timed = JSON.parse(await signed(BUILD, ISSUER, { timestamp_url: sigstore.url }))
    assert.equal(timed.verificationMaterial.timestampVerificationData.rfc3161Timestamps.length, 1)
    assert.match(await told(JSON.stringify(timed), trust), /^ok/)
    const changed = (change: (bundle: typeof timed) => void): Promise<string> => {
      const copy = structuredClone(timed)
      change(copy)
      return told(JSON.stringify(copy), trust)
    }
    const payload = Buffer.from(timed.dsseEnvelope.payload, 'base64').toString().replace('abab', 'abac')
    assert.match(await changed((one) => Object.assign(one.dsseEnvelope, { payload: Buffer.from(payload).toString('base64') })), /^broken/)
    assert.match(await changed(({ verificationMaterial }) => Object.assign(verificationMaterial, { tlogEntries: [] })), /^untrusted/)
    const second = JSON.parse(await signed())
    const swapped = await changed((one) =>
      Object.assign(one.verificationMaterial, { tlogEntries: second.verificationMaterial.tlogEntries }),
    )
    assert.match(swapped, /^untrusted: It does not hold against the trusted root/)
    const other_key = await changed((one) =>
      Object.assign(one.verificationMaterial, { certificate: second.verificationMaterial.certificate }),
    )
    assert.match(other_key, /^broken/)
    const late = await changed(({ verificationMaterial: { tlogEntries } }) =>
      Object.assign(tlogEntries[0], { integratedTime: '1800000000' }),
    )
    assert.match(late, /^untrusted/)
    const nonsense = await changed((one) => Object.assign(one.verificationMaterial, { tlogEntries: [{ logIndex: {} }] }))
    assert.match(nonsense, /^untrusted/)
    const both = { ...timed, messageSignature: { messageDigest: {}, signature: '' } }
    assert.doesNotMatch(await told(JSON.stringify(both), trust), /^ok/)
  })

  test('a clock may count fractions of a second, which DER writes without zeros at their end', async () => {
    const trust = trustIdentity(BUILD, ISSUER, sigstore.trusted_root)
    for (const milliseconds of [0, 7, 120, 123, 500]) {
      sigstore.fraction.milliseconds = milliseconds
      const bundle = await signed(BUILD, ISSUER, { timestamp_url: sigstore.url })
      const [{ signedTimestamp = '' } = {}] = JSON.parse(bundle).verificationMaterial.timestampVerificationData.rfc3161Timestamps
      const [, written] = /\d{14}(?:\.(\d+))?Z/.exec(Buffer.from(signedTimestamp, 'base64').toString('latin1')) ?? []
      assert.equal(written, milliseconds === 0 ? undefined : String(milliseconds).padStart(3, '0').replace(/0+$/, ''))
      assert.match(await told(bundle, trust), /^ok/, `${milliseconds} ms`)
    }
    sigstore.fraction.milliseconds = 0
  })

  test('what can not be signed is said with the step that failed, and never shows the token', async () => {
    const places = { fulcio_url: sigstore.url, rekor_url: sigstore.url }
    const refused = async (token: string, why: RegExp, more: object = {}): Promise<void> => {
      await assert.rejects(signKeyless(STATEMENT, token, { ...places, ...more }), (error: Error) => {
        assert.match(error.message, why)
        return !error.message.includes(token) && error.cause === undefined
      })
    }
    const token = identityToken(BUILD, ISSUER)
    await refused('secret-and-no-jwt', /it is a JWT/)
    await refused(identityToken(BUILD, ISSUER, -60), /no longer good/)
    await refused(token, /\(Fulcio\) gave no certificate: .*404/, { fulcio_url: `${sigstore.url}/nowhere` })
    await refused(token, /\(Rekor\) took no entry: .*404/, { rekor_url: `${sigstore.url}/nowhere` })
    await refused(token, /gave no timestamp: .*404/, { timestamp_url: `${sigstore.url}/nowhere` })
  })
})
