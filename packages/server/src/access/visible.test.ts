import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type As, serverWithAccounts } from '../testing/accounts.ts'
import { overEachDatabase } from '../testing/databases.ts'
import type { Level } from './level.ts'

const EXPERIMENTS = 7
/** Of alice's experiments, models and what hangs on them, bob may read these. */
const SHARED = [0, 2, 3, 5]

type Made = { experiment_id: string; run_id: string; model_id: string; trace_id: string; dataset_id: string; scorer_id: string }

async function fill(alice: As, at: number): Promise<Made> {
  const post = async (path: string, body: object, version = '2.0') => {
    const answer = await alice.call('POST', `/api/${version}/mlflow/${path}`, body)
    assert.equal(answer.status, 200, `${path} ${answer.text}`)
    return answer.body
  }
  const { experiment_id } = await post('experiments/create', { name: `e${at}` })
  const { run_id } = (await post('runs/create', { experiment_id, start_time: at })).run.info
  await post('runs/log-metric', { run_id, key: 'm', value: at, timestamp: 1, step: 0 })
  const dataset = { name: `d${at}`, digest: 'x', source_type: 'local', source: '{}' }
  await post('runs/log-inputs', { run_id, datasets: [{ dataset, tags: [] }] })
  const { model_id } = (await post('logged-models', { experiment_id, name: 'logged' })).model.info
  const trace_info = {
    trace_id: `tr-${at}`,
    trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } },
    request_time: '2026-01-01T00:00:00Z',
    state: 'OK',
  }
  await post('traces', { trace: { trace_info } }, '3.0')
  const made = await post('datasets/create', { name: `set${at}`, experiment_ids: [experiment_id] }, '3.0')
  const scorer = await post('scorers/register', { experiment_id, name: 's', serialized_scorer: '{"name":"s"}' }, '3.0')
  await post('registered-models/create', { name: `m${at}` })
  await post('model-versions/create', { name: `m${at}`, source: `runs:/${run_id}/model`, run_id })
  return { experiment_id, run_id, model_id, trace_id: `tr-${at}`, dataset_id: made.dataset.dataset_id, scorer_id: scorer.scorer_id }
}

for (const [everyone, told, permission] of [
  ['NO_PERMISSIONS', SHARED, 'READ'],
  ['READ', [1, 4, 6], 'NO_PERMISSIONS'],
] as const) {
  overEachDatabase(`what searches show when everyone has ${everyone}`, (open) => {
    let as: (name: string) => As
    const made: Made[] = []
    const all = <K extends keyof Made>(key: K): string[] => made.map((one) => one[key])
    const shared = <K extends keyof Made>(key: K): string[] => SHARED.map((at) => (made[at] as Made)[key])

    before(async () => {
      as = await serverWithAccounts(await open(), everyone as Level, ['alice', 'bob'])
      for (let at = 0; at < EXPERIMENTS; at++) made.push(await fill(as('alice'), at))
      for (const at of told) {
        const to = { username: 'bob', permission }
        const { experiment_id } = made[at] as Made
        assert.equal((await as('alice').post('experiments/permissions/create', { experiment_id, ...to })).status, 200)
        assert.equal((await as('alice').post('registered-models/permissions/create', { name: `m${at}`, ...to })).status, 200)
      }
    })

    /** All pages of two: each but the last is full, whatever lies between that is not shown. */
    async function pages(who: string, method: 'GET' | 'POST', path: string, field: string, query: Record<string, unknown> = {}) {
      const found: Record<string, unknown>[] = []
      for (let page_token = ''; ; ) {
        const asked = { ...query, max_results: 2, ...(page_token && { page_token }) }
        const search = new URLSearchParams()
        for (const [name, value] of Object.entries(asked)) for (const one of [value].flat()) search.append(name, String(one))
        const answer = await as(who).call(method, method === 'GET' ? `${path}?${search}` : path, method === 'GET' ? undefined : asked)
        assert.equal(answer.status, 200, answer.text)
        const page = answer.body[field] as Record<string, unknown>[]
        page_token = answer.body.next_page_token ?? ''
        found.push(...page)
        if (!page_token) return found
        assert.equal(page.length, 2, 'a page before the last is full')
      }
    }
    const V2 = '/api/2.0/mlflow'
    const V3 = '/api/3.0/mlflow'

    test('experiments', async () => {
      for (const [who, expected] of [
        ['bob', shared('experiment_id')],
        ['alice', all('experiment_id')],
        ['root', all('experiment_id')],
      ] as const) {
        const found = await pages(who, 'POST', `${V2}/experiments/search`, 'experiments', { filter: "name LIKE 'e%'" })
        assert.deepEqual(found.map(({ experiment_id }) => experiment_id).sort(), [...expected].sort(), who)
      }
    })

    test('runs', async () => {
      const found = await pages('bob', 'POST', `${V2}/runs/search`, 'runs', { experiment_ids: all('experiment_id') })
      assert.deepEqual(found.map(({ info }) => (info as { run_id: string }).run_id).sort(), shared('run_id').sort())
    })

    test('AZ-08 registered models and their versions', async () => {
      for (const [path, field] of [
        ['registered-models/search', 'registered_models'],
        ['model-versions/search', 'model_versions'],
      ] as const) {
        const found = await pages('bob', 'GET', `${V2}/${path}`, field)
        assert.deepEqual(
          found.map(({ name }) => name).sort(),
          SHARED.map((at) => `m${at}`),
        )
      }
    })

    test('logged models', async () => {
      const found = await pages('bob', 'POST', `${V2}/logged-models/search`, 'models', { experiment_ids: all('experiment_id') })
      assert.deepEqual(found.map(({ info }) => (info as { model_id: string }).model_id).sort(), shared('model_id').sort())
    })

    test('AZ-04 traces, searched and fetched in batches of mixed owners', async () => {
      const locations = all('experiment_id').map((experiment_id) => ({
        type: 'MLFLOW_EXPERIMENT',
        mlflow_experiment: { experiment_id },
      }))
      const idsOf = (found: Record<string, unknown>[]): unknown[] => found.map(({ trace_id, request_id }) => trace_id ?? request_id).sort()
      assert.deepEqual(idsOf(await pages('bob', 'POST', `${V3}/traces/search`, 'traces', { locations })), shared('trace_id'))
      const old = await pages('bob', 'GET', `${V2}/traces`, 'traces', { experiment_ids: all('experiment_id') })
      assert.deepEqual(idsOf(old), shared('trace_id'))
      const infos = await as('bob').call('POST', `${V3}/traces/batchGetInfos`, { trace_ids: all('trace_id') })
      assert.deepEqual(idsOf(infos.body.trace_infos), shared('trace_id'))
      const ids = all('trace_id').map((id) => `trace_ids=${id}`)
      const whole = await as('bob').call('GET', `${V3}/traces/batchGet?${ids.join('&')}`)
      assert.deepEqual(
        whole.body.traces.map((one: { trace_info: { trace_id: string } }) => one.trace_info.trace_id).sort(),
        shared('trace_id'),
      )
      const correlation = { experiment_ids: all('experiment_id'), filter_string1: "status = 'OK'", filter_string2: "status = 'OK'" }
      const counted = await as('bob').call('POST', `${V3}/traces/calculate-filter-correlation`, correlation)
      assert.equal(counted.body.total_count, SHARED.length)
    })

    test('AZ-04 a trace that may not be seen is not there, whatever is asked of it', async () => {
      const { trace_id, experiment_id, run_id } = made[1] as Made
      const assessment = { assessment_name: 'a', source: { source_type: 'HUMAN', source_id: 'b' }, feedback: { value: true } }
      for (const [method, path, body] of [
        ['GET', `${V3}/traces/${trace_id}`],
        ['GET', `${V2}/traces/${trace_id}/info`],
        ['POST', `${V3}/traces/${trace_id}/assessments`, { assessment }],
        ['PATCH', `${V3}/traces/${trace_id}/tags`, { key: 'k', value: 'v' }],
        ['DELETE', `${V3}/traces/${trace_id}/tags?key=k`],
        ['POST', `${V3}/traces/delete-traces`, { experiment_id, request_ids: [trace_id] }],
        ['POST', `${V2}/traces/link-to-run`, { trace_ids: [trace_id], run_id }],
      ] as const) {
        const answer = await as('bob').call(method, path, body)
        assert.equal(answer.status, 404, `${method} ${path} ${answer.text}`)
      }
    })

    test('datasets of runs, histories of metrics', async () => {
      const summaries = await as('bob').post('experiments/search-datasets', { experiment_ids: all('experiment_id') })
      assert.deepEqual(
        summaries.body.dataset_summaries.map(({ name }: { name: string }) => name).sort(),
        SHARED.map((at) => `d${at}`),
      )
      for (const [path, field] of [
        ['get-history-bulk', 'run_id'],
        ['get-history-bulk-interval', 'run_ids'],
      ] as const) {
        const runs = all('run_id').map((id) => `${field}=${id}`)
        const { body, text } = await as('bob').get(`metrics/${path}?metric_key=m&${runs.join('&')}`)
        assert.deepEqual(body.metrics?.map(({ run_id }: { run_id: string }) => run_id).sort(), shared('run_id').sort(), text)
      }
    })

    test('evaluation datasets', async () => {
      const found = await pages('bob', 'POST', `${V3}/datasets/search`, 'datasets')
      assert.deepEqual(found.map(({ dataset_id }) => dataset_id).sort(), shared('dataset_id').sort())
    })

    test('evaluation datasets of no experiment are their makers’, and of everyone who may read without a grant', async () => {
      const made = await as('bob').call('POST', `${V3}/datasets/create`, { name: 'loose' })
      const { dataset_id } = made.body.dataset
      const search = { filter_string: "name = 'loose'" }
      const others = everyone === 'READ' ? [dataset_id] : []
      for (const [who, expected] of [
        ['bob', [dataset_id]],
        ['alice', others],
      ] as const) {
        const found = await pages(who, 'POST', `${V3}/datasets/search`, 'datasets', search)
        assert.deepEqual(
          found.map((one) => one.dataset_id),
          expected,
          who,
        )
        const one = await as(who).call('GET', `${V3}/datasets/${dataset_id}`)
        assert.equal(one.status, expected.length > 0 ? 200 : 404)
      }
      const tags = { tags: '{"a":"b"}' }
      assert.equal((await as('bob').call('PATCH', `${V3}/datasets/${dataset_id}/tags`, tags)).status, 200)
      assert.equal((await as('alice').call('PATCH', `${V3}/datasets/${dataset_id}/tags`, tags)).status, others.length > 0 ? 403 : 404)
      assert.equal((await as('bob').call('DELETE', `${V3}/datasets/${dataset_id}`)).status, 200)
    })

    test('scorers', async () => {
      const found = await as('bob').call('GET', `${V3}/scorers/list`)
      assert.deepEqual(
        found.body.scorers.map((one: { experiment_id: number }) => String(one.experiment_id)).sort(),
        shared('experiment_id').sort(),
      )
      const hidden = await as('bob').call('GET', `${V3}/scorers/list?experiment_id=${made[1]?.experiment_id}`)
      const absent = await as('bob').call('GET', `${V3}/scorers/list?experiment_id=404`)
      assert.equal(hidden.status, 404)
      assert.equal(hidden.text.replace(`=${made[1]?.experiment_id} `, '=404 '), absent.text)
    })
  })
}
