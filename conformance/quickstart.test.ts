import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { promisify } from 'node:util'
import { MillraceClient } from '../packages/client/src/index.ts'
import { pythonWithMlflow } from './python.ts'
import { startMillrace } from './server.ts'

const root = new URL('..', import.meta.url).pathname
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const [makeVenv, install, train] = (/## Try it.*?```sh\n(.*?)```/s.exec(readme)?.[1] ?? '').trim().split('\n')

before(() => pythonWithMlflow(), { timeout: 900_000 })

test("the README's commands make the environment that these tests run in", () => {
  const version = readFileSync(join(root, 'MLFLOW_VERSION'), 'utf8').trim()
  assert.equal(makeVenv, 'python3 -m venv .venv')
  assert.equal(install, `.venv/bin/pip install mlflow==${version}`)
})

test("the README's quickstart trains, logs and finds its best run", { timeout: 300_000 }, async () => {
  const server = await startMillrace()
  const folder = mkdtempSync(join(tmpdir(), 'millrace-quickstart-'))
  try {
    // The environment is made once for all tests; what the newcomer runs in it is run as it stands.
    symlinkSync(join(pythonWithMlflow(), '../..'), join(folder, '.venv'))
    symlinkSync(join(root, 'examples'), join(folder, 'examples'))
    const command = (train ?? '').replace('http://127.0.0.1:5000', server.url)
    const { stdout } = await promisify(execFile)('bash', ['-euc', command], { cwd: folder })
    assert.match(stdout, /^best: step-0\.005 with alpha 0\.001, loss 0\.0\d+ after 40 epochs$/m)
    await assertLogged(new MillraceClient({ url: server.url }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
    assert.equal(await server.stop(), 0)
  }
})

/** What the script said is what the server holds, seen through another client. */
async function assertLogged(client: MillraceClient): Promise<void> {
  const { experiment } = await client.experiments.getByName({ experiment_name: 'breast-cancer' })
  const { runs } = await client.runs.search({ experiment_ids: [experiment.experiment_id], order_by: ['metrics.test_loss ASC'] })
  assert.equal(runs?.length, 3)
  const best = runs?.[0]
  assert.equal(best?.info.run_name, 'step-0.005')
  assert.deepEqual(
    best?.data.params.find(({ key }) => key === 'alpha'),
    { key: 'alpha', value: '0.001' },
  )
  assert.equal(best?.inputs?.dataset_inputs?.[0]?.dataset?.name, 'breast-cancer-train')
  const models = await client.loggedModels.search({ experiment_ids: [experiment.experiment_id] })
  assert.equal(models.models?.length, 3)
  const plot = await client.downloadArtifact(best?.info.run_id ?? '', 'plots/loss.png')
  assert.deepEqual((await new Response(plot).bytes()).subarray(1, 4), new TextEncoder().encode('PNG'))
}
