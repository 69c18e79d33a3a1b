import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { identityToken, startSigstore, type TestSigstore } from '../../../sign/src/testing/sigstore.ts'
import { tufRepository } from '../../../sign/src/testing/tuf.ts'
import { type Ended, newFolder, post, run, startServer } from '../testing/command.ts'

const BUILD = 'https://github.com/acme/models/.github/workflows/train.yml@refs/heads/main'
const ISSUER = 'https://token.actions.example.com'
const POLICY = `version: 1
rules:
  - models: "*"
    aliases: [champion]
    require: { signature: [release, { identity: "${BUILD}", issuer: "${ISSUER}" }] }
  - models: "*"
    aliases: [by-address]
    require: { signature: [ml@example.com] }
  - models: "*"
    aliases: [by-name, by-name-later]
    require: { signature: [CI] }
`

let sigstore: TestSigstore
before(async () => {
  sigstore = await startSigstore()
})
after(() => sigstore.close())

/** A model in a folder, with a trust file that names the build and a person. */
function newDesk() {
  const folder = newFolder()
  const model = join(folder, 'model')
  mkdirSync(model)
  writeFileSync(join(model, 'MLmodel'), 'flavors: {}\n')
  writeFileSync(join(folder, 'root.json'), JSON.stringify(sigstore.trusted_root))
  const trust = (identities: object[]): void =>
    writeFileSync(
      join(folder, 'trust.json'),
      JSON.stringify({ sigstore: [{ name: 'CI', trusted_root: sigstore.trusted_root, identities }] }),
    )
  const millrace = (args: string[], env: Record<string, string> = {}): Promise<Ended> =>
    run(args, { cwd: folder, env: { MILLRACE_KEYS: join(folder, 'keys'), ...env } })
  const sign = (token: string, ...more: string[]): Promise<Ended> =>
    millrace(['sign', model, '--sigstore', '--fulcio-url', sigstore.url, '--rekor-url', sigstore.url, ...more], {
      SIGSTORE_ID_TOKEN: token,
    })
  return { folder, model, trust, millrace, sign }
}

test('a policy counts a keyless signature by identity and issuer together, and no other', { timeout: 240_000 }, async (t) => {
  const desk = newDesk()
  desk.trust([
    { identity: BUILD, issuer: ISSUER },
    { identity: 'ml@example.com', issuer: 'https://accounts.example.com' },
  ])
  writeFileSync(join(desk.folder, 'policy.yaml'), POLICY)
  const checked = await desk.millrace(['policy', 'check', 'policy.yaml'])
  assert.ok(checked.out.includes(`signature: release or ${BUILD} (${ISSUER})`), checked.out + checked.err)
  for (const [bad, says] of [
    [POLICY.replace(`, issuer: "${ISSUER}"`, ''), /'identity' and 'issuer' together/],
    [POLICY.replace('issuer:', 'isuer:'), /there is no field 'isuer' here/],
  ] as const) {
    writeFileSync(join(desk.folder, 'bad.yaml'), bad)
    assert.match((await desk.millrace(['policy', 'check', 'bad.yaml'])).err, says)
  }

  const server = await startServer(['--signing-trust', 'trust.json', '--policy', 'policy.yaml'], { cwd: desk.folder })
  t.after(async () => {
    server.process.kill('SIGTERM')
    await server.ended
  })
  const { run_id } = (await post(server.url, 'runs/create', { experiment_id: '0' })).body.run.info
  const file = `${server.url}/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/model/MLmodel`
  await fetch(file, { method: 'PUT', body: 'flavors: {}\n' })
  await post(server.url, 'registered-models/create', { name: 'churn' })
  await post(server.url, 'model-versions/create', { name: 'churn', source: `runs:/${run_id}/model`, run_id })
  const alias = async (name: string): Promise<string> =>
    JSON.stringify(await post(server.url, 'registered-models/alias', { name: 'churn', alias: name, version: '1' }))
  const send = (by: string, issuer: string): Promise<Ended> =>
    desk.sign(identityToken(by, issuer), '--upload', 'models:/churn/1', '--tracking-uri', server.url)
  const tag = async (): Promise<string> => (await fetch(`${server.url}/api/2.0/mlflow/model-versions/get?name=churn&version=1`)).text()

  const stranger = await send(BUILD, 'https://accounts.example.com')
  assert.equal(stranger.code, 1)
  assert.match(stranger.err, /It is signed keylessly by https:.*not among those who count/)
  assert.match(await alias('champion'), /PERMISSION_DENIED.*not signed by release or https:.* \(keyless, https:/)
  assert.equal((await send('ml@example.com', 'https://accounts.example.com')).code, 0)
  assert.match(await tag(), /ml@example\.com \(CI\)/)
  assert.match(await alias('by-name'), /"status":200/, 'the trust file names who CI is')
  assert.match(await alias('champion'), /PERMISSION_DENIED/)
  assert.match(await alias('by-address'), /PERMISSION_DENIED/, 'an address without who vouches for it names nobody')
  const mine = await send(BUILD, ISSUER)
  assert.equal(mine.code, 0, mine.err)
  assert.match(await alias('champion'), /"status":200/)
  const whole = await desk.millrace(['verify', 'models:/churn/1', '--trust', 'trust.json', '--tracking-uri', server.url])
  assert.match(whole.out, /signature {3}ok {7}by ml@example\.com \(keyless, https:\/\/accounts/, whole.err)
  assert.ok(whole.out.includes(`by ${BUILD} (keyless, ${ISSUER} vouches for them)`))

  desk.trust([{ identity: 'nobody@example.com', issuer: ISSUER }])
  for (const deadline = Date.now() + 60_000; (await tag()).includes('millrace.signature'); await sleep(200)) {
    assert.ok(Date.now() < deadline, 'the server reads the trust file again by itself')
  }
  assert.match(await alias('by-name-later'), /PERMISSION_DENIED/)
})

test('signed in a build service, verified offline by who is named; what is wrong is said', { timeout: 240_000 }, async (t) => {
  const desk = newDesk()
  const token = identityToken(BUILD, ISSUER)
  const service = createServer((request, response) => {
    const is_asked = request.headers.authorization === 'Bearer of-the-job' && request.url === '/token?audience=sigstore'
    response.writeHead(is_asked ? 200 : 403, { 'content-type': 'application/json' }).end(JSON.stringify({ value: token }))
  })
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  t.after(() => service.close())
  const { port } = service.address() as AddressInfo
  const signs = ['sign', desk.model, '--sigstore', '--fulcio-url', sigstore.url, '--rekor-url', sigstore.url, '--json']
  const job = { ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-job' }
  const signed = await desk.millrace([...signs, '--timestamp-server-url', sigstore.url], job)
  assert.equal(signed.code, 0, signed.err)
  const told = JSON.parse(signed.out)
  assert.deepEqual([told.identity, told.issuer, told.files], [BUILD, ISSUER, 1])

  const before_verifying = sigstore.asked.length
  const named = ['--certificate-identity', BUILD, '--certificate-oidc-issuer', ISSUER]
  const verify = (...args: string[]): Promise<Ended> => desk.millrace(['verify', desk.model, ...args])
  const good = await verify(...named, '--trusted-root', 'root.json')
  assert.deepEqual([good.code, /Verified: signature/.test(good.out)], [0, true], good.out + good.err)
  assert.equal(sigstore.asked.length, before_verifying, 'nobody is asked')
  const another = await verify(...named.with(1, 'ml@example.com'), '--trusted-root', 'root.json')
  assert.deepEqual([another.code, /not among those who count/.test(another.out)], [1, true], another.out)
  await desk.millrace(['keys', 'make', 'own'])
  assert.match((await verify()).out, /It is a keyless signature \(Sigstore\), .*--certificate-identity and --certificate-oidc-issuer/)
  writeFileSync(join(desk.model, 'MLmodel'), 'changed')
  assert.match((await verify(...named, '--trusted-root', 'root.json')).out, /changed: "MLmodel"/)

  const repository = tufRepository('trusted_root.json', JSON.stringify(sigstore.trusted_root))
  const tuf = createServer(({ url = '' }, response) => {
    const file = repository.get(url)
    response.writeHead(file === undefined ? 404 : 200).end(file)
  })
  await new Promise<void>((resolve) => tuf.listen(0, '127.0.0.1', resolve))
  t.after(() => tuf.close())
  writeFileSync(join(desk.folder, 'tuf-root.json'), repository.get('/root.json') ?? '')
  writeFileSync(join(desk.folder, 'other-root.json'), tufRepository('a', 'b').get('/root.json') ?? '')
  const fetching = (root: string): Promise<Ended> => {
    const mirror = `http://127.0.0.1:${(tuf.address() as AddressInfo).port}`
    return desk.millrace(['verify', desk.model, ...named, '--tuf-mirror', mirror, '--tuf-root', root], {
      HOME: desk.folder,
      XDG_DATA_HOME: '',
    })
  }
  writeFileSync(join(desk.model, 'MLmodel'), 'flavors: {}\n')
  const fetched = await fetching('tuf-root.json')
  assert.deepEqual([fetched.code, /Verified: signature/.test(fetched.out)], [0, true], fetched.out + fetched.err)
  const not_fetched = await fetching('other-root.json')
  assert.deepEqual([not_fetched.code, /trusted root can't be fetched/.test(not_fetched.err)], [1, true], not_fetched.out + not_fetched.err)
  writeFileSync(join(desk.model, 'MLmodel'), 'changed')

  for (const [args, says] of [
    [['verify', desk.model, '--certificate-identity', BUILD], /go together/],
    [['verify', desk.model, ...named, '--tuf-mirror', 'https://x'], /--tuf-mirror and --tuf-root go together/],
    [['verify', desk.model, ...named, '--trusted-root', desk.model], /--trusted-root names .*, which can't be read/],
    [['verify', desk.model, ...named, '--trusted-root', join(desk.model, 'MLmodel')], /is no JSON/],
    [['sign', desk.model, '--key', 'own', '--rekor-url', 'https://x'], /--rekor-url goes with --sigstore/],
    [[...signs, '--key', 'own'], /--sigstore needs no key, and --key names one/],
    [[...signs, '--rekor-url', 'ftp://x'], /--rekor-url takes an address/],
    [signs, /Who signs\? --sigstore needs an identity token/],
  ] as const) {
    const { code, err } = await desk.millrace([...args])
    assert.notEqual(code, 0, args.join(' '))
    assert.match(err, says)
  }
})
