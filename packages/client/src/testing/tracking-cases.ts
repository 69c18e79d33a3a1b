import { isCode } from '../index.ts'
import { type Cases, newRun, unique } from './case.ts'
import { failure, ok, same } from './expect.ts'

export const trackingCases: Cases = {
  async 'makes an experiment and a run and reads them back'(client) {
    const name = unique('fraud')
    const { experiment_id } = await client.experiments.create({ name, tags: [{ key: 'team', value: 'risk' }] })
    const { experiment } = await client.call('GET /api/2.0/mlflow/experiments/get', { experiment_id })
    same([experiment.name, experiment.tags], [name, [{ key: 'team', value: 'risk' }]])
    const { run } = await client.runs.create({ experiment_id, run_name: 'first' })
    same((await client.runs.get({ run_id: run.info.run_id })).run.info.run_name, 'first')
  },

  async "throws the server's error by its code"(client) {
    const name = unique('taken')
    await client.experiments.create({ name })
    const error = await failure(client.experiments.create({ name }))
    ok(isCode(error, 'RESOURCE_ALREADY_EXISTS'), error.message)
    same(error.status, 400)
    ok(/already exists/.test(error.message), error.message)
  },

  async 'ends a run as FINISHED when its work is done, and as FAILED when that throws'(client) {
    const experiment_name = unique('ends')
    const run_id = await client.startRun({ experiment_name, run_name: 'well', params: { lr: 0.1, deep: true } }, async (run) => {
      await run.logMetric('loss', 0.5, { step: 1 })
      await run.setTags({ stage: 'test' })
      return run.run_id
    })
    const { info, data } = (await client.runs.get({ run_id })).run
    same([info.status, info.run_name, (info.end_time ?? 0) > 0], ['FINISHED', 'well', true])
    same(
      data.params.toSorted((a, b) => a.key.localeCompare(b.key)),
      [
        { key: 'deep', value: 'true' },
        { key: 'lr', value: '0.1' },
      ],
    )
    same(
      data.metrics.map(({ key, value, step }) => [key, value, step]),
      [['loss', 0.5, 1]],
    )
    let failed = ''
    const work = client.startRun({ experiment_name }, (run) => {
      failed = run.run_id
      throw new Error('diverged')
    })
    same((await failure(work)).message, 'diverged')
    same((await client.runs.get({ run_id: failed })).run.info.status, 'FAILED')
  },

  async 'goes on with a run, and makes runs of runs'(client) {
    const parent = await newRun(client)
    const child = await client.startRun({ experiment_id: parent.info.experiment_id, parent_run_id: parent.run_id, description: 'a fold' })
    await child.end('KILLED')
    const again = await client.startRun({ run_id: child.run_id, tags: { again: 'yes' } })
    const { info, data } = (await client.runs.get({ run_id: again.run_id })).run
    same(info.status, 'RUNNING')
    const tags = Object.fromEntries(data.tags.map(({ key, value }) => [key, value]))
    same([tags['mlflow.parentRunId'], tags['mlflow.note.content'], tags.again], [parent.run_id, 'a fold', 'yes'])
  },

  async 'logs more than one request may hold'(client) {
    const run = await newRun(client)
    const params = Array.from({ length: 250 }, (_, at) => ({ key: `p${at}`, value: 'ä'.repeat(2_000) }))
    const metrics = Array.from({ length: 2_500 }, (_, step) => ({ key: 'loss', value: 1 / (step + 1), timestamp: step + 1, step }))
    await run.logBatch({ params, metrics, tags: Array.from({ length: 130 }, (_, at) => ({ key: `t${at}`, value: 'x' })) })
    const { data } = (await client.runs.get({ run_id: run.run_id })).run
    same([data.params.length, data.metrics[0]?.step], [250, 2_499])
    same(data.tags.filter(({ key }) => /^t\d+$/.test(key)).length, 130)
    const history = await client.metrics.getHistory({ run_id: run.run_id, metric_key: 'loss', max_results: 700 }).all()
    same([history.length, history[2_499]?.step], [2_500, 2_499])
  },

  async 'iterates over what is more than a page, and gives a page when it is awaited'(client) {
    const { info } = await newRun(client)
    for (let at = 0; at < 6; at++) await client.runs.create({ experiment_id: info.experiment_id, run_name: `r${at}` })
    const search = () => client.runs.search({ experiment_ids: [info.experiment_id], max_results: 3 })
    const page = await search()
    same([page.runs?.length, typeof page.next_page_token], [3, 'string'])
    const ids = new Set<string>()
    for await (const run of search()) ids.add(run.info.run_id)
    same(ids.size, 7)
    same((await search().all(4)).length, 4)
    let pages = 0
    for await (const _ of search().pages()) pages++
    same(pages, 3)
    const error = await failure(client.runs.search({ experiment_ids: [info.experiment_id], filter: 'nonsense' }))
    ok(isCode(error, 'INVALID_PARAMETER_VALUE'), error.message)
  },

  async 'keeps numbers as they are: NaN, infinities, and the largest safe integer'(client) {
    const run = await newRun(client)
    await run.logMetrics({ nan: Number.NaN, up: Number.POSITIVE_INFINITY, down: Number.NEGATIVE_INFINITY, big: 2 ** 60 }, { step: -3 })
    await run.logMetric('late', 1, { step: Number.MAX_SAFE_INTEGER, timestamp: Number.MAX_SAFE_INTEGER })
    const { metrics } = (await client.runs.get({ run_id: run.run_id })).run.data
    const values = Object.fromEntries(metrics.map(({ key, value }) => [key, value]))
    same([values.nan, values.up, values.down, values.big], ['NaN', 'Infinity', '-Infinity', 2 ** 60])
    same(metrics.find(({ key }) => key === 'late')?.timestamp, Number.MAX_SAFE_INTEGER)
  },

  async 'logs datasets and logged models as inputs and outputs'(client) {
    const { run_id, info } = await newRun(client)
    const dataset = { name: 'iris', digest: 'abc', source_type: 'http', source: '{"url":"https://example.com/iris.csv"}' }
    await client.runs.logInputs({ run_id, datasets: [{ dataset, tags: [{ key: 'mlflow.data.context', value: 'training' }] }] })
    const { model } = await client.loggedModels.create({ experiment_id: info.experiment_id, name: 'forest', source_run_id: run_id })
    await client.runs.outputs({ run_id, models: [{ model_id: model.info.model_id, step: 2 }] })
    const { run } = await client.runs.get({ run_id })
    same(run.inputs?.dataset_inputs[0]?.dataset.name, 'iris')
    same(run.outputs?.model_outputs, [{ model_id: model.info.model_id, step: 2 }])
    const found = await client.loggedModels.search({ experiment_ids: [info.experiment_id] }).all()
    same(
      found.map((one) => one.info.name),
      ['forest'],
    )
  },

  async 'gives up when its signal is aborted'(client) {
    const signal = AbortSignal.abort(new Error('enough'))
    same((await failure(client.experiments.create({ name: unique('never') }, { signal }))).message, 'enough')
  },
}
