import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CODE_SIGNING, testCertificate } from '../packages/sign/src/testing/certificates.ts'
import { identityToken, startSigstore } from '../packages/sign/src/testing/sigstore.ts'
import { modelSigning, modelSigningPrograms } from './model-signing.ts'

const CURVES = ['P-256', 'P-384', 'P-521']
const root = new URL('..', import.meta.url).pathname
const FILES = {
  MLmodel: 'flavors: {}\n',
  'data/x': 'in data\n',
  'data.d/x': 'in data.d, which as text comes first\n',
  'ünï 🎉.bin': 'a name that is no ASCII\n',
  'weights.bin': 'w'.repeat(2500),
  empty: '',
  '.gitignore': 'left out by both\n',
}

/** The root digest that a signature is over, as its own bytes say. */
function signedDigest(file: string): string {
  const { dsseEnvelope } = JSON.parse(readFileSync(file, 'utf8'))
  return JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString()).subject[0].digest.sha256
}

describe('models signed here are verified by model_signing of PyPI, and the other way round', { timeout: 600_000 }, () => {
  let folder: string
  let model: string
  const at = (name: string): string => join(folder, name)
  const millrace = (...args: string[]): { code: number | null; said: string } => {
    const { status, stdout, stderr } = spawnSync(join(root, 'millrace'), args, { encoding: 'utf8', cwd: folder })
    return { code: status, said: stdout + stderr }
  }
  const fine = ({ code, said }: { code: number | null; said: string }): string => {
    assert.equal(code, 0, said)
    return said
  }
  const refused = ({ code, said }: { code: number | null; said: string }, why: RegExp): void => {
    assert.equal(code, 1, said)
    assert.match(said, why)
  }
  const changing = (work: () => void): void => {
    writeFileSync(join(model, 'data/x'), 'changed')
    work()
    writeFileSync(join(model, 'data/x'), FILES['data/x'])
  }

  before(() => {
    modelSigningPrograms()
    folder = mkdtempSync(join(tmpdir(), 'millrace-interop-'))
    model = at('model')
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(join(model, path, '..'), { recursive: true })
      writeFileSync(join(model, path), text)
    }
    for (const curve of CURVES) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve })
      writeFileSync(at(`${curve}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
      writeFileSync(at(`${curve}.pub`), publicKey.export({ type: 'spki', format: 'pem' }))
    }
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const curve of CURVES) {
    test(`with a key on ${curve}, over the same root digest; a changed file is found by both`, () => {
      const [ours, theirs] = [at(`ours-${curve}.sig`), at(`theirs-${curve}.sig`)]
      fine(millrace('sign', model, '--key', at(`${curve}.key`), '--signature', ours))
      fine(modelSigning(['sign', 'key', model, '--private_key', at(`${curve}.key`), '--signature', theirs]))
      assert.equal(signedDigest(ours), signedDigest(theirs))
      const read = (signature: string) =>
        modelSigning(['verify', 'key', model, '--public_key', at(`${curve}.pub`), '--signature', signature])
      const check = (signature: string) => millrace('verify', model, '--public-key', at(`${curve}.pub`), '--signature', signature)
      assert.match(fine(read(ours)), /Verification succeeded/)
      assert.match(fine(check(theirs)), /Verified: signature/)
      assert.match(fine(check(ours)), /Verified: signature/)
      changing(() => {
        refused(read(ours), /Hash mismatch for 'data\/x'/)
        refused(check(theirs), /changed: "data\/x"/)
      })
      const other = at(`${CURVES.find((one) => one !== curve)}.pub`)
      refused(millrace('verify', model, '--public-key', other, '--signature', theirs), /not among the trusted ones/)
    })
  }

  test('with a certificate of an authority and one between; both refuse another authority', () => {
    const ca = testCertificate('Models CA', { ca: true })
    const middle = testCertificate('Middle', { issuer: ca, ca: true })
    const leaf = testCertificate('signer', { issuer: middle, extended: [CODE_SIGNING], email: 'ml@example.com' })
    const write = (name: string, text: string): string => {
      writeFileSync(at(name), text, { mode: 0o600 })
      return at(name)
    }
    const [key, own, chain] = [write('leaf.key', leaf.key_pem), write('leaf.pem', leaf.pem), write('middle.pem', middle.pem)]
    const [trusted, stranger] = [write('ca.pem', ca.pem), write('other.pem', testCertificate('Other CA', { ca: true }).pem)]
    fine(millrace('sign', model, '--key', key, '--certificate', own, '--certificate-chain', chain, '--signature', at('ours.sig')))
    const theirs = ['--private_key', key, '--signing_certificate', own, '--certificate_chain', chain, '--signature', at('theirs.sig')]
    fine(modelSigning(['sign', 'certificate', model, ...theirs]))
    assert.equal(signedDigest(at('ours.sig')), signedDigest(at('theirs.sig')))
    const read = (roots: string) =>
      modelSigning(['verify', 'certificate', model, '--signature', at('ours.sig'), '--certificate_chain', roots])
    const check = (roots: string) => millrace('verify', model, '--signature', at('theirs.sig'), '--certificate-chain', roots)
    fine(read(trusted))
    assert.match(fine(check(trusted)), /ml@example.com/)
    refused(read(stranger), /Verification failed/)
    refused(check(stranger), /leads to no trusted one/)
    changing(() => {
      refused(read(trusted), /Hash mismatch/)
      refused(check(trusted), /changed/)
    })
  })

  test('a model that is one file, and a signature inside the model', () => {
    const file = join(model, 'weights.bin')
    fine(millrace('sign', file, '--key', at('P-256.key'), '--signature', at('one.sig')))
    fine(modelSigning(['verify', 'key', file, '--public_key', at('P-256.pub'), '--signature', at('one.sig')]))
    fine(modelSigning(['sign', 'key', file, '--private_key', at('P-256.key'), '--signature', at('one-theirs.sig')]))
    fine(millrace('verify', file, '--public-key', at('P-256.pub'), '--signature', at('one-theirs.sig')))
    assert.equal(signedDigest(at('one.sig')), signedDigest(at('one-theirs.sig')))
    fine(millrace('sign', model, '--key', at('P-256.key')))
    fine(modelSigning(['verify', 'key', model, '--public_key', at('P-256.pub'), '--signature', join(model, 'model.sig')]))
    fine(modelSigning(['sign', 'key', model, '--private_key', at('P-256.key'), '--signature', join(model, 'model.sig')]))
    fine(millrace('verify', model, '--public-key', at('P-256.pub')))
    rmSync(join(model, 'model.sig'))
  })

  test('a signer who leaves files out says so in vain: what was not signed is found', () => {
    const theirs = ['--private_key', at('P-256.key'), '--signature', at('partial.sig'), '--ignore-paths', join(model, 'weights.bin')]
    fine(modelSigning(['sign', 'key', model, ...theirs]))
    const check = (...more: string[]) =>
      millrace('verify', model, '--public-key', at('P-256.pub'), '--signature', at('partial.sig'), ...more)
    refused(check(), /not signed: "weights.bin"/)
    fine(check('--ignore-paths', 'weights.bin'))
  })

  test('signatures by pieces, by BLAKE2b and of the versions before 1.0 are verified; BLAKE3 is named', () => {
    // The old format does not say what it left out.
    rmSync(join(model, '.gitignore'))
    const python = join(modelSigningPrograms(), 'python')
    execFileSync(python, [join(root, 'conformance/clients/model_signing_variants.py'), at('P-256.key'), model, folder])
    const check = (name: string) => millrace('verify', model, '--public-key', at('P-256.pub'), '--signature', at(name))
    fine(modelSigning(['verify', 'key', model, '--public_key', at('P-256.pub'), '--signature', at('old.sig')]))
    for (const name of ['shards.sig', 'blake2b.sig', 'old.sig']) {
      fine(check(name))
      changing(() => refused(check(name), /changed|not signed/))
    }
    refused(check('blake3.sig'), /hashed with 'blake3'/)
  })

  test('keyless (Sigstore): each reads what the other signed, by identity and issuer', async () => {
    const sigstore = await startSigstore()
    try {
      writeFileSync(at('trust-config.json'), JSON.stringify(sigstore.trust_config))
      const [by, issuer] = ['https://github.com/acme/models/.github/workflows/train.yml@refs/heads/main', 'https://token.example.com']
      const token = identityToken(by, issuer)
      // Apart: the Sigstore that both ask runs in this process.
      const apart = async (program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) => {
        const child = spawn(program, args, { cwd: folder, env })
        let said = ''
        child.stdout.on('data', (bytes) => (said += bytes))
        child.stderr.on('data', (bytes) => (said += bytes))
        const [code] = (await once(child, 'close')) as [number | null]
        return { code, said }
      }
      const python = (...args: string[]) => apart(join(modelSigningPrograms(), 'python'), ['-m', 'model_signing', ...args])
      const config = ['--trust_config', at('trust-config.json')]
      const who = ['--identity', by, '--identity_provider', issuer]
      const [ours, theirs] = [at('keyless-ours.sig'), at('keyless-theirs.sig')]

      const places = ['--fulcio-url', sigstore.url, '--rekor-url', sigstore.url, '--timestamp-server-url', sigstore.url]
      const sign = ['sign', model, '--sigstore', ...places, '--signature', ours]
      fine(await apart(join(root, 'millrace'), sign, { ...process.env, SIGSTORE_ID_TOKEN: token }))
      fine(await python('verify', 'sigstore', model, '--signature', ours, ...who, ...config))
      refused(await python('verify', 'sigstore', model, '--signature', ours, ...who.with(1, 'ml@example.com'), ...config), /failed/)

      fine(await python('sign', 'sigstore', model, '--signature', theirs, '--identity_token', token, ...config))
      assert.equal(signedDigest(theirs), signedDigest(ours))
      const named = ['--certificate-identity', by, '--certificate-oidc-issuer', issuer, '--trusted-root', at('trust-config.json')]
      for (const signature of [ours, theirs]) fine(millrace('verify', model, '--signature', signature, ...named))
      refused(millrace('verify', model, '--signature', theirs, ...named.with(1, 'ml@example.com')), /not among those who count/)
      changing(() => refused(millrace('verify', model, '--signature', theirs, ...named), /changed: "data\/x"/))
    } finally {
      await sigstore.close()
    }
  })
})
