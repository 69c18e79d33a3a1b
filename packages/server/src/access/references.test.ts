import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { type As, serverWithAccounts } from '../testing/accounts.ts'
import { overEachDatabase } from '../testing/databases.ts'

type Made = { experiment_id: string; run_id: string; model_id: string; folder: string }

const trace = (trace_id: string, experiment_id: string) => ({
  trace: {
    trace_info: {
      trace_id,
      trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } },
      request_time: '2026-01-01T00:00:00Z',
      state: 'OK',
    },
  },
})

async function fill(as: As, name: string): Promise<Made> {
  const post = async (path: string, body: object) => {
    const answer = await as.post(path, body)
    assert.equal(answer.status, 200, `${path} ${answer.text}`)
    return answer.body
  }
  const { experiment_id } = await post('experiments/create', { name })
  const { run_id, artifact_uri } = (await post('runs/create', { experiment_id })).run.info
  const { model_id, artifact_uri: model_uri } = (await post('logged-models', { experiment_id, source_run_id: run_id })).model.info
  for (const uri of [`${artifact_uri}/model`, model_uri]) {
    const path = String(uri).replace('mlflow-artifacts:/', '')
    const put = await as.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/${path}/MLmodel`, Buffer.from('secret'))
    assert.equal(put.status, 200, put.text)
  }
  return { experiment_id, run_id, model_id, folder: String(artifact_uri) }
}

overEachDatabase('what names another thing', (open) => {
  let as: (name: string) => As
  let hers: Made
  let his: Made

  before(async () => {
    as = await serverWithAccounts(await open(), 'NO_PERMISSIONS', ['alice', 'bob'])
    hers = await fill(as('alice'), 'hers')
    his = await fill(as('bob'), 'his')
    for (const [who, name] of [
      ['alice', 'open'],
      ['bob', 'bobs'],
      ['alice', 'secret'],
    ] as const) {
      assert.equal((await as(who).post('registered-models/create', { name })).status, 200)
    }
    // Version 1 is of a run, 2 of a logged model, 3 a copy of 1, 4 has no files here.
    for (const source of [`runs:/${hers.run_id}/model`, `models:/${hers.model_id}`, 'models:/open/1', 's3://bucket/x']) {
      const made = await as('alice').post('model-versions/create', { name: 'open', source })
      assert.equal(made.status, 200, made.text)
    }
    assert.equal((await as('alice').post('registered-models/alias', { name: 'open', alias: 'best', version: '1' })).status, 200)
    const granted = await as('alice').post('registered-models/permissions/create', { name: 'open', username: 'bob', permission: 'READ' })
    assert.equal(granted.status, 200)
  })

  for (const prefix of ['/api', '/ajax-api']) {
    describe(`under ${prefix}`, () => {
      test('AZ-12 no version can be made of files that its maker may not read', async () => {
        for (const fields of [
          { source: hers.folder, run_id: hers.run_id },
          { source: `runs:/${hers.run_id}/model` },
          { source: 's3://bucket/x', run_id: hers.run_id },
          { source: `models:/${hers.model_id}` },
          { source: 's3://bucket/x', model_id: hers.model_id },
          { source: 'models:/open/1' },
          { source: 'models:/open/2' },
          { source: 'models:/open/3' },
          { source: 'models:/open@best' },
        ]) {
          const url = `${prefix}/2.0/mlflow/model-versions/create`
          const answer = await as('bob').call('POST', url, { name: 'bobs', ...fields })
          assert.ok(answer.status === 403 || answer.status === 404, `${JSON.stringify(fields)} ${answer.status} ${answer.text}`)
        }
        const { body } = await as('bob').get("model-versions/search?filter=name='bobs'")
        assert.deepEqual(body.model_versions, [])
      })

      test('AZ-12 leave to read a model is none to read the files of its source, until that is granted', async () => {
        const asked = (version: number) => [
          ...(prefix === '/api' ? [`/model-versions/get-artifact?name=open&version=${version}&path=MLmodel`] : []),
          `${prefix}/2.0/mlflow/model-versions/get-download-uri?name=open&version=${version}`,
          `${prefix}/2.0/millrace/model-versions/manifest?name=open&version=${version}`,
        ]
        for (const url of [1, 2, 3].flatMap(asked)) {
          const answer = await as('bob').call('GET', url)
          assert.equal(answer.status, 403, `${url} ${answer.text}`)
          assert.match(answer.body.message, /belong to a run or a logged model that you may not read/)
          assert.notEqual((await as('alice').call('GET', url)).status, 403, url)
        }
        assert.equal((await as('bob').call('GET', asked(4).at(-2) as string)).status, 200, 'there is nothing here to read')
        assert.equal((await as('bob').call('GET', asked(9).at(-2) as string)).status, 404, 'a version that is not there')
        const grant = { experiment_id: hers.experiment_id, username: 'bob' }
        assert.equal((await as('alice').post('experiments/permissions/create', { ...grant, permission: 'READ' })).status, 200)
        for (const url of [1, 2, 3].flatMap(asked)) assert.notEqual((await as('bob').call('GET', url)).status, 403, url)
        const taken = await as('alice').call('DELETE', '/api/2.0/mlflow/experiments/permissions/delete', grant)
        assert.equal(taken.status, 200, taken.text)
        for (const url of [1, 2, 3].flatMap(asked)) assert.equal((await as('bob').call('GET', url)).status, 403, url)
      })

      test('AZ-12 runs, logged models and traces name nothing that their writer may not see', async () => {
        const { run_id, experiment_id, model_id } = his
        const trace_id = `tr-${prefix.slice(1)}`
        assert.equal((await as('bob').call('POST', '/api/3.0/mlflow/traces', trace(trace_id, experiment_id))).status, 200)
        const cases: [path: string, foreign: object, own: object][] = [
          ['runs/log-inputs', { run_id, models: [{ model_id: hers.model_id }] }, { run_id, models: [{ model_id }] }],
          ['runs/outputs', { run_id, models: [{ model_id: hers.model_id }] }, { run_id, models: [{ model_id }] }],
          ['logged-models', { experiment_id, source_run_id: hers.run_id }, { experiment_id, source_run_id: run_id }],
          ['traces/link-to-run', { trace_ids: [trace_id], run_id: hers.run_id }, { trace_ids: [trace_id], run_id }],
          [
            'traces/link-prompts',
            { trace_id, prompt_versions: [{ name: 'secret', version: '1' }] },
            { trace_id, prompt_versions: [{ name: 'bobs', version: '1' }] },
          ],
        ]
        for (const [path, foreign, own] of cases) {
          const url = `${prefix}/2.0/mlflow/${path}`
          const refused = await as('bob').call('POST', url, foreign)
          assert.equal(refused.status, 404, `${path} ${refused.text}`)
          const taken = await as('bob').call('POST', url, own)
          assert.equal(taken.status, 200, `${path} ${taken.text}`)
        }
      })
    })
  }

  test('AZ-12 spans sent by OpenTelemetry are linked to no run that their sender may not edit', async () => {
    const span = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), name: 's', startTimeUnixNano: '1', endTimeUnixNano: '2' }
    const body = Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }))
    const send = (run_id: string) =>
      as('bob').call('POST', '/v1/traces', body, {
        'content-type': 'application/json',
        'x-mlflow-experiment-id': his.experiment_id,
        'x-mlflow-run-id': run_id,
      })
    assert.equal((await send(hers.run_id)).status, 404)
    const ours = await send(his.run_id)
    assert.equal(ours.status, 200, ours.text)
  })

  test('AZ-12 an evaluation dataset tells only of experiments that its reader may see', async () => {
    const experiment_ids = [hers.experiment_id, his.experiment_id]
    const made = await as('root').call('POST', '/api/3.0/mlflow/datasets/create', { name: 'both', experiment_ids })
    const { dataset_id } = made.body.dataset
    for (const [who, seen] of [
      ['bob', [his.experiment_id]],
      ['alice', [hers.experiment_id]],
      ['root', experiment_ids],
    ] as const) {
      const whole = await as(who).call('GET', `/api/3.0/mlflow/datasets/${dataset_id}`)
      assert.deepEqual(whole.body.dataset.experiment_ids, seen)
      const ids = await as(who).call('GET', `/api/3.0/mlflow/datasets/${dataset_id}/experiment-ids`)
      assert.deepEqual(ids.body.experiment_ids, seen)
      const found = await as(who).call('POST', '/api/3.0/mlflow/datasets/search', {})
      assert.deepEqual(
        found.body.datasets.map((one: { experiment_ids: string[] }) => one.experiment_ids),
        [seen],
      )
    }
  })

  test('AZ-12 metrics of traces are told of experiments that the caller may read only', async () => {
    const ask = (experiment_ids: string[]) =>
      as('bob').call('POST', '/api/3.0/mlflow/traces/metrics', {
        experiment_ids,
        view_type: 'TRACES',
        metric_name: 'trace_count',
        aggregations: [{ aggregation_type: 'COUNT' }],
      })
    assert.equal((await ask([his.experiment_id])).status, 200)
    for (const experiment_ids of [[hers.experiment_id], [his.experiment_id, hers.experiment_id]]) {
      assert.equal((await ask(experiment_ids)).status, 404)
    }
    assert.equal((await ask([])).status, 403)
  })
})
