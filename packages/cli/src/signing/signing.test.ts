import assert from 'node:assert/strict'
import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Ended, newFolder, post, run, startServer } from '../testing/command.ts'

const FILES = { MLmodel: 'flavors: {}\n', 'requirements.txt': 'scikit-learn==1.7.0\n', 'data/model.bin': 'weights' }
const COMMIT = '0123456789abcdef0123456789abcdef01234567'

/** A folder in which there are keys, a model, and nothing of this machine's user. */
class Desk {
  readonly folder = newFolder()
  readonly model = join(this.folder, 'model')
  readonly env: Record<string, string> = { MILLRACE_KEYS: join(this.folder, 'keys') }

  constructor() {
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(this.model, path)), { recursive: true })
      writeFileSync(join(this.model, path), text)
    }
  }

  millrace(...args: string[]): Promise<Ended> {
    return run(args, { cwd: this.folder, env: this.env })
  }

  async fine(...args: string[]): Promise<string> {
    const { code, out, err } = await this.millrace(...args)
    assert.equal(code, 0, out + err)
    return out
  }
}

/** The state of each link that `millrace verify --json` tells. */
const links = (out: string): Record<string, string> =>
  Object.fromEntries((JSON.parse(out).links as { link: string; state: string }[]).map(({ link, state }) => [link, state]))

test('a model is signed with its origin, kept by the server, and verified link by link; a revoked key ends it', async () => {
  const desk = new Desk()
  await desk.fine('keys', 'make', 'release')
  const trust = join(desk.folder, 'keys', 'trust.json')
  const server = await startServer(['--signing-trust', trust], { cwd: desk.folder })
  desk.env.MLFLOW_TRACKING_URI = server.url
  const run_id = await loggedRun(server.url)
  await registered(server.url, run_id)

  const bare = await desk.millrace('verify', 'models:/churn/1')
  assert.deepEqual([bare.code, /signature {3}MISSING/.test(bare.out)], [3, true], bare.out)
  const said = await desk.fine('sign', desk.model, '--key', 'release', '--run', run_id, '--upload', 'models:/churn/1')
  assert.match(said, /Signed 3 files/)
  const out = await desk.fine('verify', 'models:/churn/1', '--require', 'signature,provenance')
  assert.match(out, /signature {3}ok {7}by release/)
  assert.match(out, new RegExp(`provenance {2}ok {7}run ${run_id} of train.py, commit ${COMMIT.slice(0, 12)}; attested by release`))
  assert.match(out, /scan {8}UNSIGNED \w+.*, by rules .*key of its own/)
  assert.equal(await tagOf(server.url), 'release')

  const local = await desk.millrace('verify', desk.model, '--json')
  assert.deepEqual(links(local.out), { signature: 'ok', provenance: 'ok', scan: 'missing', approval: 'missing' })
  assert.equal((await desk.millrace('verify', desk.model, '--require', 'signature,scan')).code, 3)
  const copy = join(desk.folder, 'copy')
  cpSync(desk.model, copy, { recursive: true, filter: (path) => !/\.(sig|jsonl)$/.test(path) })
  await desk.fine('verify', copy, '--from', 'models:/churn/1', '--require', 'signature,provenance')
  appendFileSync(join(copy, 'data/model.bin'), '!')
  const changed = await desk.millrace('verify', copy, '--from', 'models:/churn/1')
  assert.deepEqual([changed.code, /changed: "data\/model.bin"/.test(changed.out)], [1, true], changed.out)
  const provenance = JSON.parse(readFileSync(join(desk.model, 'model.attestations.jsonl'), 'utf8'))
  const { predicate } = JSON.parse(Buffer.from(provenance.dsseEnvelope.payload, 'base64').toString())
  assert.deepEqual(predicate.buildDefinition.externalParameters, { entryPoint: 'train.py', branch: 'main', parameters: { lr: '0.1' } })
  assert.deepEqual(
    predicate.buildDefinition.resolvedDependencies.map((one: { name?: string; digest: object }) => [one.name, Object.keys(one.digest)[0]]),
    [
      [undefined, 'gitCommit'],
      ['customers', 'mlflowDataset'],
      ['MLmodel', 'sha256'],
      ['requirements.txt', 'sha256'],
    ],
  )

  await desk.fine('keys', 'revoke', 'release', '--reason', 'laptop lost')
  for (const deadline = Date.now() + 60_000; (await tagOf(server.url)) !== undefined; await sleep(200)) {
    assert.ok(Date.now() < deadline, 'the server reads the trust file again by itself')
  }
  const revoked = await desk.millrace('verify', 'models:/churn/1')
  assert.deepEqual([revoked.code, /was revoked: laptop lost/.test(revoked.out)], [1, true], revoked.out)
  server.process.kill('SIGTERM')
  assert.equal((await server.ended).code, 0)
})

test('what is missing or wrong is said with its exit code: no key, no trust, no model, a strange server', async () => {
  const desk = new Desk()
  const refused = async (code: number, why: RegExp, ...args: string[]): Promise<void> => {
    const ended = await desk.millrace(...args)
    assert.equal(ended.code, code, ended.out + ended.err)
    assert.match(ended.err, why)
  }
  await refused(2, /Sign with what\?/, 'sign', desk.model)
  await refused(1, /no private key release/, 'sign', desk.model, '--key', 'release')
  await refused(2, /Whose signature counts\?/, 'verify', desk.model)
  await refused(2, /Which model\?/, 'sign', '--key', 'release')
  await refused(2, /--curve is one of/, 'keys', 'make', 'a', '--curve', 'P-1')
  await refused(2, /--for takes/, 'keys', 'make', 'a', '--for', 'everything')
  await desk.fine('keys', 'make', 'release', '--curve', 'p-384')
  await refused(2, /is not there/, 'verify', join(desk.folder, 'nothing'))
  await refused(2, /--require takes/, 'verify', desk.model, '--require', 'luck')
  await refused(2, /Which server\?/, 'verify', 'models:/m/1')
  await refused(1, /can't be reached/, 'verify', 'models:/m/1', '--tracking-uri', 'http://127.0.0.1:1')
  await refused(1, /chmod 600/, 'sign', desk.model, '--key', openKey(desk))
  assert.match(await desk.fine('keys', 'list'), /release {10}current {2}P-384 {2}[0-9a-f]{64} {2}signature,provenance/)
  desk.env.MILLRACE_SIGNING_KEY = readFileSync(join(desk.folder, 'keys', 'release.key'), 'utf8')
  assert.equal(JSON.parse(await desk.fine('sign', desk.model, '--json')).curve, 'P-384')
  assert.match(await desk.fine('verify', desk.model), /Verified: signature/)
  const strange = await startServer(['--signing-trust', join(desk.folder, 'nothing.json')], { cwd: desk.folder }).catch((error) => error)
  assert.match(String(strange), /--signing-trust can't be read/)
})

function openKey(desk: Desk): string {
  const file = join(desk.folder, 'open.pem')
  writeFileSync(file, readFileSync(join(desk.folder, 'keys', 'release.key')), { mode: 0o644 })
  return file
}

async function loggedRun(url: string): Promise<string> {
  const tags = {
    'mlflow.source.git.commit': COMMIT,
    'mlflow.source.git.branch': 'main',
    'mlflow.source.name': 'train.py',
    'mlflow.user': 'ada',
  }
  const made = await post(url, 'runs/create', { experiment_id: '0', tags: Object.entries(tags).map(([key, value]) => ({ key, value })) })
  const { run_id } = made.body.run.info
  await post(url, 'runs/log-parameter', { run_id, key: 'lr', value: '0.1' })
  const dataset = { name: 'customers', digest: 'd1', source_type: 'local', source: '{}' }
  await post(url, 'runs/log-inputs', { run_id, datasets: [{ dataset, tags: [] }] })
  for (const [path, text] of Object.entries(FILES)) {
    const answer = await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/model/${path}`, {
      method: 'PUT',
      body: text,
    })
    assert.equal(answer.status, 200)
  }
  return run_id
}

async function registered(url: string, run_id: string): Promise<void> {
  await post(url, 'registered-models/create', { name: 'churn' })
  await post(url, 'model-versions/create', { name: 'churn', source: `runs:/${run_id}/model`, run_id })
  const answer = await fetch(`${url}/api/2.0/mlflow/model-versions/get?name=churn&version=1`)
  assert.match(await answer.text(), /READY/)
}

async function tagOf(url: string): Promise<string | undefined> {
  const answer = await fetch(`${url}/api/2.0/mlflow/model-versions/get?name=churn&version=1`)
  const { model_version } = (await answer.json()) as { model_version: { tags: { key: string; value: string }[] } }
  return model_version.tags.find(({ key }) => key === 'millrace.signature')?.value
}
