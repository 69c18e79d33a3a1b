import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../testing/databases.ts'
import { TestServer } from '../testing/server.ts'

const LIST = '/api/2.0/millrace/trash/list'
const MEASURE = '/api/2.0/millrace/trash/measure'

overEachDatabase('the trash', (open) => {
  async function filled() {
    const server = new TestServer(await open())
    const made = async (name: string): Promise<string> => (await server.post('experiments/create', { name })).body.experiment_id
    const run = async (experiment_id: string, run_name: string): Promise<string> =>
      (await server.post('runs/create', { experiment_id, run_name })).body.run.info.run_id
    const [kept, gone] = [await made('kept'), await made('gone')]
    const [alone, inside] = [await run(kept, 'alone'), await run(gone, 'inside')]
    const bytes = Buffer.from('twelve bytes')
    for (const path of [`${kept}/${alone}`, `${gone}/${inside}`])
      await server.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/${path}/artifacts/a.txt`, bytes)
    return { server, kept, gone, alone, inside }
  }

  test('what was deleted is listed, the last first, an experiment with what went with it; what is restored is not', async () => {
    const { server, gone, kept, alone } = await filled()
    assert.deepEqual((await server.call('GET', LIST)).body, { items: [], experiments: 0, runs: 0, logged_models: 0 })
    await server.post('runs/delete', { run_id: alone })
    await server.post('experiments/delete', { experiment_id: gone })
    const { body } = await server.call('GET', LIST)
    const shown = body.items.map(({ deleted_ms, ...item }: { deleted_ms: number }) => ({
      ...item,
      timely: Date.now() - deleted_ms < 60_000,
    }))
    const expected = [
      { kind: 'run', id: alone, name: 'alone', experiment_id: kept, experiment_name: 'kept', timely: true },
      { kind: 'experiment', id: gone, name: 'gone', experiment_id: gone, experiment_name: 'gone', runs: 1, timely: true },
    ]
    assert.deepEqual(
      shown.toSorted((a: { kind: string }, b: { kind: string }) => (a.kind < b.kind ? 1 : -1)),
      expected,
    )
    assert.deepEqual([body.experiments, body.runs, body.logged_models], [1, 1, 0])
    await server.post('experiments/restore', { experiment_id: gone })
    assert.deepEqual(
      (await server.call('GET', LIST)).body.items.map(({ id }: { id: string }) => id),
      [alone],
    )
  })

  test('it comes in pages that leave nothing out and repeat nothing', async () => {
    const server = new TestServer(await open())
    const ids: string[] = []
    for (let at = 0; at < 7; at++) {
      const { experiment_id } = (await server.post('experiments/create', { name: `e${at}` })).body
      await server.post('experiments/delete', { experiment_id })
      ids.push(experiment_id)
    }
    const seen: string[] = []
    let page_token: string | undefined = ''
    while (page_token !== undefined) {
      const { body } = await server.call('GET', `${LIST}?max_results=3&page_token=${encodeURIComponent(page_token)}`)
      seen.push(...body.items.map(({ id }: { id: string }) => id))
      page_token = body.next_page_token
    }
    assert.deepEqual(seen.toSorted(), ids.toSorted())
  })

  test('measuring says what emptying would free, and removes nothing', async () => {
    const { server, gone, alone } = await filled()
    await server.post('runs/delete', { run_id: alone })
    await server.post('experiments/delete', { experiment_id: gone })
    const measured = await server.call('GET', MEASURE)
    assert.equal(measured.status, 200, measured.text)
    assert.deepEqual(measured.body, { experiments: 1, runs: 2, logged_models: 0, files: 2, bytes: 24, left: [], left_in_all: 0 })
    assert.equal((await server.call('GET', `${MEASURE}?older_than_s=86400`)).body.runs, 0)
    assert.equal((await server.post('runs/restore', { run_id: alone })).status, 200)
    assert.equal((await server.call('GET', MEASURE)).body.bytes, 12)
  })

  test('an experiment’s artifacts are measured; one at a place that is not ours is said to be so', async () => {
    const { server, kept } = await filled()
    const ask = (id: string) => server.call('GET', `/api/2.0/millrace/experiments/storage?experiment_id=${id}`)
    assert.deepEqual((await ask(kept)).body, { files: 1, bytes: 12, reachable: true })
    const { experiment_id } = (await server.post('experiments/create', { name: 'empty' })).body
    assert.deepEqual((await ask(experiment_id)).body, { files: 0, bytes: 0, reachable: true })
    assert.equal((await ask('987654')).status, 404)
  })
})
