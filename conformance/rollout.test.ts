import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { MillraceClient } from '@millrace/client'
import { loggedFiles } from '../packages/runtime/src/testing/models.ts'
import { startMillrace } from './server.ts'

const millrace = new URL('../millrace', import.meta.url).pathname

/** Runs the command to its end, or until it has said something that matches. */
function command(args: readonly string[], url: string, until?: RegExp) {
  const child = spawn(millrace, args, { env: { ...process.env, MLFLOW_TRACKING_URI: url }, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const ready = new Promise<RegExpExecArray | null>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk
        const found = until?.exec(said)
        if (found) resolve(found)
      })
    }
    child.once('close', () => resolve(until?.exec(said) ?? null))
  })
  return { child, ended, ready, said: () => said }
}

async function register(client: MillraceClient, files: Record<string, string | Buffer>): Promise<string> {
  const { run } = await client.runs.create({ experiment_id: '0' })
  const { run_id } = run.info
  for (const [path, content] of Object.entries(files)) await client.uploadArtifact({ run_id }, `model/${path}`, String(content))
  const { model_version } = await client.modelVersions.create({ name: 'steps', source: `runs:/${run_id}/model`, run_id })
  for (;;) {
    const { status } = (await client.modelVersions.get({ name: 'steps', version: model_version.version })).model_version
    if (status === 'READY') return model_version.version
    assert.notEqual(status, 'FAILED_REGISTRATION')
    await new Promise((done) => setTimeout(done, 50))
  }
}

/** Asks until it is told to end; of a hundred requests three have a value that only the stable version takes. */
async function load(url: string, answers: { odd: boolean; status: number; version: string }[], goes: () => boolean): Promise<void> {
  for (let sent = 0; goes(); sent++) {
    const odd = sent % 33 === 32
    const data = (name: string, value: number) => ({ name, shape: [1], datatype: 'FP64', data: [value] })
    const body = JSON.stringify({ inputs: [data('a', odd ? 0.25 : 1), data('b', 1)] })
    const answer = await fetch(`${url}/v2/models/steps/infer`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const { model_version } = (await answer.json()) as { model_version?: string }
    answers.push({ odd, status: answer.status, version: model_version ?? '' })
  }
}

test('a canary that fails for 3 % of its requests goes back by itself under load, in two processes, and no request fails for the switch', {
  timeout: 240_000,
}, async (context) => {
  const server = await startMillrace()
  const client = new MillraceClient({ url: server.url })
  const serve = () =>
    command(['models', 'serve', '-m', 'models:/steps@live', '--port', '0', '--poll-seconds', '1'], server.url, /on (http:\S+)/)
  const processes: ReturnType<typeof serve>[] = []
  try {
    await client.registeredModels.create({ name: 'steps' })
    const files = loggedFiles()
    const stable = await register(client, files)
    // The new version takes whole numbers for `a`, where the stable one takes any.
    const narrow = String(files.MLmodel).replace('"double", "name": "a"', '"long", "name": "a"')
    const example = '{"dataframe_split": {"columns": ["a", "b"], "data": [[0, 1], [1, 1]]}}'
    const next = await register(client, { ...files, MLmodel: narrow, 'serving_input_example.json': example })
    await client.registeredModels.setAlias({ name: 'steps', alias: 'live', version: stable })
    processes.push(serve(), serve())
    const urls: string[] = []
    for (const one of processes) urls.push((await one.ready)?.[1] ?? assert.fail(one.said()))
    const plan = ['--alias', 'live', '--steps', '50,100', '--step-seconds', '600', '--min-requests', '200']
    const started = command(['rollout', 'start', `models:/steps/${next}`, ...plan], server.url)
    assert.equal(await started.ended, 0, started.said())

    const answers: { odd: boolean; status: number; version: string }[] = []
    let goes = true
    const loads = urls.flatMap((url) => [load(url, answers, () => goes), load(url, answers, () => goes)])
    const now = async () => (await client.millrace.rolloutsGet({ name: 'steps', alias: 'live' })).rollout
    let rollout = await now()
    const heard = () => processes.filter((one) => /answers all again/.test(one.said())).length
    for (
      const deadline = Date.now() + 120_000;
      (rollout.state === 'running' || heard() < 2) && Date.now() < deadline;
      rollout = await now()
    ) {
      await new Promise((done) => setTimeout(done, 100))
    }
    const during = answers.length
    while (answers.length < during + 400) await new Promise((done) => setTimeout(done, 20))
    goes = false
    await Promise.all(loads)

    assert.equal(rollout.state, 'rolled_back')
    assert.match(rollout.reason ?? '', /^refused requests: \d+\.\d % of \d+ requests, and 0\.0 % of \d+ with version 1$/)
    // Each answer is a prediction, but for those that the new version itself refuses.
    const failed = answers.filter(({ status }) => status !== 200)
    context.diagnostic(`${answers.length} answers, ${failed.length} refused by the new version; ${rollout.reason}`)
    assert.ok(failed.length >= 3, `${failed.length} of ${answers.length}`)
    assert.deepEqual(
      failed.filter(({ odd, status }) => !odd || status !== 400),
      [],
    )
    assert.ok(answers.some(({ version }) => version === next))
    // Both processes have heard of it, and the stable version answers everything again.
    const after = answers.slice(during + 10)
    assert.deepEqual(
      after.filter(({ status, version }) => status !== 200 || version !== stable),
      [],
    )
    const status = command(['rollout', 'status', 'models:/steps', '--alias', 'live'], server.url)
    assert.equal(await status.ended, 0)
    assert.match(status.said(), /rolled back at 0 %: refused requests: /)
  } finally {
    for (const { child, ended } of processes) {
      child.kill('SIGTERM')
      await ended
    }
    assert.equal(await server.stop(), 0)
  }
})
