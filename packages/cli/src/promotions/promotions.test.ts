import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder, run, startServer } from '../testing/command.ts'

const PASSWORD = 'a long enough pass phrase 7'
const GOOD = `version: 1
rules:
  - models: "churn*"
    aliases: [champion]
    require:
      scan: [clean, suspicious]
      metrics: { auc: { min: 0.8 } }
      approvals: { count: 2, group: risk, within: 3d }
`

test('policy check reads a file, and names line and field of what is wrong', async () => {
  const cwd = newFolder()
  const check = (text: string) => {
    writeFileSync(join(cwd, 'policy.yaml'), text)
    return run(['policy', 'check', 'policy.yaml'], { cwd })
  }
  const good = await check(GOOD)
  assert.equal(good.code, 0, good.err)
  assert.match(good.out, /1\. Models churn\*: alias champion\n {3}scan: clean or suspicious\n {3}metric auc: min 0\.8/)
  assert.match(good.out, /approvals: 2 of group risk, good for 3 days/)
  for (const [bad, says] of [
    [GOOD.replace('aliases', 'alias'), /policy\.yaml, line 4, rules\[0\]\.alias: there is no field 'alias' here/],
    [GOOD.replace('count: 2', 'count: 0'), /line 8, rules\[0\]\.require\.approvals\.count: write how many people/],
    [GOOD.replace('3d', '3 days'), /line 8, rules\[0\]\.require\.approvals\.within: '3 days' is no time/],
    [GOOD.replace('[clean, suspicious]', '[clean, malicious]'), /line 6, rules\[0\]\.require\.scan: 'malicious' never passes/],
    [GOOD.replace('min: 0.8', 'min: high'), /rules\[0\]\.require\.metrics\.auc\.min: write a number/],
    [`${GOOD}      approvals: 1\n`, /line 9: Map keys must be unique/],
    [GOOD.replace('"churn*"', '!!js/function "x"'), /tag/],
    [GOOD.replace('"churn*"', '&a "x"'), /anchor/],
    ['', /line 1: it is empty/],
    ['rules: []\n', /begin with 'version: 1'/],
  ] as const) {
    const { code, err } = await check(bad)
    assert.equal(code, 1, bad)
    assert.match(err, says)
  }
})

test('a server does not start with a policy that is not understood, or that asks for people where nobody signs in', async () => {
  const cwd = newFolder()
  writeFileSync(join(cwd, 'policy.yaml'), GOOD)
  const alone = await run(['server', '--port', '0', '--policy', 'policy.yaml'], { cwd })
  assert.notEqual(alone.code, 0)
  assert.match(alone.err, /asks for approvals, and without login nobody has a name: add --auth/)
  writeFileSync(join(cwd, 'policy.yaml'), GOOD.replace('count', 'counts'))
  const broken = await run(['server', '--port', '0', '--auth', '--policy', 'policy.yaml'], { cwd })
  assert.match(broken.err, /policy\.yaml is not understood: line 8, rules\[0\]\.require\.approvals\.counts/)
})

type Post = (name: string, path: string, body: unknown) => Promise<{ status: number; text: string }>

/** Alice's model with two versions, of a run's files and of files elsewhere, which bob may edit. */
async function twoVersions(url: string, post: Post): Promise<void> {
  for (const username of ['alice', 'bob']) assert.equal((await post('admin', 'users/create', { username, password: PASSWORD })).status, 200)
  await post('alice', 'registered-models/create', { name: 'churn' })
  await post('alice', 'registered-models/permissions/create', { name: 'churn', username: 'bob', permission: 'EDIT' })
  const { experiment_id } = JSON.parse((await post('alice', 'experiments/create', { name: 'churn' })).text)
  const { run_id } = JSON.parse((await post('alice', 'runs/create', { experiment_id })).text).run.info
  const place = `${url}/api/2.0/mlflow-artifacts/artifacts/${experiment_id}/${run_id}/artifacts/model/MLmodel`
  const authorization = `Basic ${Buffer.from(`alice:${PASSWORD}`).toString('base64')}`
  assert.equal((await fetch(place, { method: 'PUT', body: 'flavors: {}\n', headers: { authorization } })).status, 200)
  for (const source of [`runs:/${run_id}/model`, 's3://bucket/two']) await post('alice', 'model-versions/create', { name: 'churn', source })
}

test('requests are listed, shown, approved and rejected at the terminal, and an alias goes back', { timeout: 120_000 }, async (t) => {
  const server = await startServer(['--auth'], { env: { MILLRACE_ADMIN_PASSWORD: PASSWORD } })
  t.after(async () => {
    server.process.kill('SIGTERM')
    await server.ended
  })
  const as = (name: string) => ({
    MLFLOW_TRACKING_URI: server.url,
    MLFLOW_TRACKING_USERNAME: name,
    MLFLOW_TRACKING_PASSWORD: PASSWORD,
  })
  const post: Post = async (name, path, body) => {
    const authorization = `Basic ${Buffer.from(`${name}:${PASSWORD}`).toString('base64')}`
    const headers = { 'content-type': 'application/json', authorization }
    const answer = await fetch(`${server.url}/api/2.0/mlflow/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: answer.status, text: await answer.text() }
  }
  await twoVersions(server.url, post)
  const trust = join(newFolder(), 'trust.json')
  writeFileSync(trust, '{"keys": []}')
  const verified = async (says: RegExp): Promise<void> => {
    const { out, err } = await run(['verify', 'models:/churn/1', '--require', 'approval', '--trust', trust], { env: as('alice') })
    assert.match(out, says, err)
  }

  const promote = async (version: string, look = async (_says: RegExp): Promise<void> => {}): Promise<string> => {
    const body = { name: 'churn', alias: 'champion', version }
    const refused = await post('alice', 'registered-models/alias', body)
    assert.equal(refused.status, 403, refused.text)
    const [id = ''] = /pr-[0-9a-f]{16}/.exec(refused.text) ?? []
    await look(/approval {4}MISSING {2}nobody approved them\nNOT verified: approval missing/)
    const approved = await run(['requests', 'approve', id, '--reason', 'reviewed'], { env: as('bob') })
    assert.equal(approved.code, 0, approved.err)
    assert.match(approved.out, /state: approved/)
    await look(/approval {4}UNSIGNED bob approved them .*\(pr-\w+\); nobody has put them there yet.*\nNOT verified: approval on record/)
    assert.equal((await post('alice', 'registered-models/alias', body)).status, 200)
    return id
  }
  const first = await promote('1', verified)
  await verified(
    /scan {8}UNSIGNED clean, by rules .*\n {2}approval {4}UNSIGNED bob approved them for alias 'champion' \(pr-\w+\), where they were put/,
  )
  await promote('2')
  assert.match((await run(['requests', 'show', first], { env: as('bob') })).out, /state: used[\s\S]*bob: approve \(reviewed\)/)
  assert.match((await run(['requests', 'list', '--all'], { env: as('bob') })).out, /pr-\w+ +models:\/churn\/2 +alias champion +used +alice/)

  const explained = await run(['policy', 'explain', 'models:/churn/1', '--alias', 'champion'], { env: as('bob') })
  assert.equal(explained.code, 1)
  assert.match(explained.out, /Version 2 has it now\.\nmissing: it needs 1 approval of somebody else, and has 0/)
  assert.match(
    (await run(['policy', 'check'], { env: as('bob') })).out,
    /This is the default\.\n1\. Models \*: alias champion, alias production/,
  )
  const back = await run(['rollback', 'models:/churn', '--alias', 'champion', '--reason', 'latency'], { env: as('alice') })
  assert.equal(back.out, 'The alias champion of churn went from version 2 back to version 1.\n', back.err)

  await post('alice', 'registered-models/alias', { name: 'churn', alias: 'production', version: '2' })
  const [waiting = ''] = /pr-[0-9a-f]{16}/.exec((await run(['requests', 'list'], { env: as('alice') })).out) ?? []
  const own = await run(['requests', 'approve', waiting, '--reason', 'mine'], { env: as('alice') })
  assert.equal(own.code, 1)
  assert.match(own.err, /somebody else must/)
  assert.match((await run(['requests', 'reject', waiting, '--reason', 'no'], { env: as('bob') })).out, /state: rejected/)
  assert.match((await run(['requests', 'approve', waiting], { env: as('bob') })).err, /Why\? Give a reason/)
})
