import assert from 'node:assert/strict'
import { post } from './command.ts'

/** Files by their paths. */
export type Files = Readonly<Record<string, Buffer | string>>

/** Logs files into a run's model; gives the run's id. */
export async function logged(url: string, files: Files): Promise<string> {
  const { run_id } = (await post(url, 'runs/create', { experiment_id: '0', user_id: 'ann' })).body.run.info
  for (const [path, body] of Object.entries(files)) {
    const place = `${url}/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/model/${path}`
    assert.equal((await fetch(place, { method: 'PUT', body: new Uint8Array(Buffer.from(body)) })).status, 200)
  }
  return run_id
}

/** Registers a run's model, and waits until its version is what it becomes. */
export async function register(url: string, name: string, run_id: string, ends = 'READY'): Promise<void> {
  await post(url, 'registered-models/create', { name })
  const { status, body } = await post(url, 'model-versions/create', { name, source: `runs:/${run_id}/model`, run_id })
  assert.equal(status, 200, JSON.stringify(body))
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
    const answer = await fetch(`${url}/api/2.0/mlflow/model-versions/get?name=${name}&version=${body.model_version.version}`)
    const { model_version } = (await answer.json()) as { model_version: { status: string } }
    if (model_version.status === ends) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail(`the version is not ${ends}`)
}
