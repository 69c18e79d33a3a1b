import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../testing/databases.ts'
import { type Answer, TestServer } from '../testing/server.ts'

const ROOT = '/api/3.0/mlflow/scorers'
const CODE = JSON.stringify({ name: 'exact', call_source: 'import os; os.abort()', original_func_name: 'exact' })
const judge = (model: string, instructions = 'Is {{ outputs }} polite?'): string =>
  JSON.stringify({ name: 'polite', instructions_judge_pydantic_data: { instructions, model } })

class Scorers {
  readonly server: TestServer
  readonly experiment_id: string
  constructor(server: TestServer, experiment_id: string) {
    this.server = server
    this.experiment_id = experiment_id
  }

  static async of(server: TestServer, name: string): Promise<Scorers> {
    return new Scorers(server, (await server.post('experiments/create', { name })).body.experiment_id)
  }
  register(name: string, serialized_scorer: string): Promise<Answer> {
    return this.server.call('POST', `${ROOT}/register`, { experiment_id: this.experiment_id, name, serialized_scorer })
  }
  ask(path: string, query: Record<string, string> = {}): Promise<Answer> {
    return this.server.call('GET', `${ROOT}/${path}?${new URLSearchParams({ experiment_id: this.experiment_id, ...query })}`)
  }
  remove(name: string, version?: number): Promise<Answer> {
    return this.server.call('DELETE', `${ROOT}/delete`, { experiment_id: this.experiment_id, name, version })
  }
  configure(name: string, sample_rate: unknown, filter_string?: string): Promise<Answer> {
    const body = { experiment_id: this.experiment_id, name, sample_rate, filter_string }
    return this.server.call('PUT', `${ROOT}/online-config`, body)
  }
}

const versions = (answer: Answer): [string, number][] =>
  answer.body.scorers.map((one: { scorer_name: string; scorer_version: number }) => [one.scorer_name, one.scorer_version])

overEachDatabase('scorers', (open) => {
  test('are registered in versions, read and deleted; code in them comes back to the letter', async () => {
    const scorers = await Scorers.of(new TestServer(await open()), 'a')
    const first = await scorers.register('exact', CODE)
    assert.equal(first.status, 200, first.text)
    assert.deepEqual([first.body.version, first.body.serialized_scorer, first.body.experiment_id], [1, CODE, scorers.experiment_id])
    assert.equal((await scorers.register('exact', '{"name": "exact",  "v":2}')).body.version, 2)
    await scorers.register('Other', '{}')
    assert.deepEqual(versions(await scorers.ask('list')), [
      ['Other', 1],
      ['exact', 2],
    ])
    assert.deepEqual(versions(await scorers.ask('versions', { name: 'exact' })), [
      ['exact', 1],
      ['exact', 2],
    ])
    const newest = (await scorers.ask('get', { name: 'exact' })).body.scorer
    assert.deepEqual([newest.scorer_version, newest.serialized_scorer], [2, '{"name": "exact",  "v":2}'])
    assert.equal(newest.experiment_id, Number(scorers.experiment_id))
    assert.equal(newest.scorer_id, first.body.scorer_id)
    assert.equal((await scorers.ask('get', { name: 'exact', version: '1' })).body.scorer.serialized_scorer, CODE)

    assert.equal((await scorers.remove('exact', 2)).status, 200)
    assert.equal((await scorers.register('exact', '{}')).body.version, 3, 'a number names one version, also when that is gone')
    assert.equal((await scorers.remove('exact')).status, 200)
    assert.deepEqual(versions(await scorers.ask('list')), [['Other', 1]])
  })

  test('that are not there are 404, by name', async () => {
    const scorers = await Scorers.of(new TestServer(await open()), 'a')
    await scorers.register('exact', '{}')
    for (const answer of [
      await scorers.ask('get', { name: 'none' }),
      await scorers.ask('get', { name: 'exact', version: '7' }),
      await scorers.ask('versions', { name: 'none' }),
      await scorers.remove('none'),
      await scorers.remove('exact', 7),
      await scorers.configure('none', 0),
      await new Scorers(scorers.server, '987654').register('exact', '{}'),
      await new Scorers(scorers.server, 'x').ask('list'),
    ]) {
      assert.deepEqual([answer.status, answer.body.error_code], [404, 'RESOURCE_DOES_NOT_EXIST'], answer.text)
    }
    await scorers.remove('exact', 1)
    assert.equal((await scorers.ask('versions', { name: 'exact' })).status, 404)
  })

  test('of several experiments, or of all, are listed without those of deleted experiments', async () => {
    const server = new TestServer(await open())
    const [a, b, gone] = [await Scorers.of(server, 'a'), await Scorers.of(server, 'b'), await Scorers.of(server, 'gone')]
    for (const one of [gone, b, a]) await one.register('s', '{}')
    await server.post('experiments/delete', { experiment_id: gone.experiment_id })
    const list = (query: string): Promise<Answer> => server.call('GET', `${ROOT}/list${query}`)
    const experiments = (answer: Answer): string[] => answer.body.scorers.map((one: { experiment_id: number }) => String(one.experiment_id))
    assert.deepEqual(experiments(await list('')), [a.experiment_id, b.experiment_id])
    const two = await list(`?experiment_ids=${b.experiment_id}&experiment_ids=${gone.experiment_id}`)
    assert.deepEqual(experiments(two), [b.experiment_id])
    assert.equal((await gone.ask('list')).status, 400)
    assert.equal((await gone.register('s', '{}')).status, 400)
    assert.match((await list('?experiment_id=0&experiment_ids=0')).body.message, /Cannot specify both/)
    assert.equal((await list('?experiment_ids=x')).status, 400)
  })

  test('that are no JSON object, or whose name or model is empty, are refused', async () => {
    const scorers = await Scorers.of(new TestServer(await open()), 'a')
    const deep = `${'{"memory_augmented_judge_data":{"base_judge":'.repeat(8_000)}{}${'}}'.repeat(8_000)}`
    for (const text of ['', '{', '[]', '"x"', 'null', judge(' '), 'x'.repeat(2 ** 19 + 1)]) {
      assert.equal((await scorers.register('s', text)).status, 400, text.slice(0, 50))
    }
    assert.equal((await scorers.register('s', deep)).status, 200, 'depth costs nothing')
    for (const name of ['', '  ', 'x'.repeat(257)]) assert.equal((await scorers.register(name, '{}')).status, 400)
    for (const version of ['0', '-1', 'x', '1.5']) assert.equal((await scorers.ask('get', { name: 's', version })).status, 400)
  })

  test('registered by many at once get a number each', async () => {
    const scorers = await Scorers.of(new TestServer(await open()), 'a')
    const made = await Promise.all(Array.from({ length: 8 }, () => scorers.register('s', '{}')))
    assert.deepEqual(made.map((one) => one.body.version).sort(), [1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('are configured to judge traces as they come in', async () => {
    const scorers = await Scorers.of(new TestServer(await open()), 'a')
    const { scorer_id } = (await scorers.register('polite', judge('gateway:/chat'))).body
    const set = await scorers.configure('polite', 0.25, "status = 'OK'")
    assert.equal(set.status, 200, set.text)
    const { online_scoring_config_id, ...config } = set.body.config
    assert.match(online_scoring_config_id, /^[0-9a-f]{32}$/)
    assert.deepEqual(config, { scorer_id, sample_rate: 0.25, experiment_id: scorers.experiment_id, filter_string: "status = 'OK'" })
    const again = (await scorers.configure('polite', 1)).body.config
    assert.equal(again.filter_string, undefined)
    const read = (ids: string): Promise<Answer> => scorers.server.call('GET', `/ajax-api/3.0/mlflow/scorers/online-configs?${ids}`)
    assert.deepEqual((await read(`scorer_ids=${scorer_id}&scorer_ids=none`)).body, { configs: [again] })
    assert.equal((await read('')).status, 400)
    for (const rate of [1.1, -0.1, 'NaN', 'much', null]) assert.equal((await scorers.configure('polite', rate)).status, 400, String(rate))
    await scorers.remove('polite')
    assert.deepEqual((await read(`scorer_ids=${scorer_id}`)).body, { configs: [] })
  })

  test('judge traces as they come in only with a gateway model, and without expectations', async () => {
    const scorers = await Scorers.of(new TestServer(await open()), 'a')
    await scorers.register('code', CODE)
    await scorers.register('direct', judge('openai:/gpt'))
    await scorers.register('expects', judge('gateway:/chat', 'Does {{outputs}} meet {{ expectations }}?'))
    for (const [name, reason] of [
      ['code', /does not use a gateway model/],
      ['direct', /does not use a gateway model/],
      ['expects', /requires expectations/],
    ] as const) {
      const answer = await scorers.configure(name, 0.5)
      assert.equal(answer.status, 400)
      assert.match(answer.body.message, reason)
      assert.equal((await scorers.configure(name, 0)).status, 200, 'none at all is fine')
    }
  })
})
