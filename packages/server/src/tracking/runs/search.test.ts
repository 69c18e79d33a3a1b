import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { bulk, type Value } from '../../db/handles.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { SearchFixture, sorted } from '../../testing/search-fixture.ts'
import { hasFewRuns } from './search-query.ts'

overEachDatabase('runs/search', (open) => {
  let fixture: SearchFixture
  before(async () => {
    fixture = new SearchFixture(await open())
    await fixture.fill()
  })

  describe('a filter', () => {
    for (const [filter, expected] of [
      ['metrics.loss < 0.5', 'bob eve'],
      ['metrics.loss <= 0.5 AND metrics.loss > -1', 'ada bob'],
      ['metrics.loss = 0.25', 'bob'],
      ['metrics.loss != 0.25', 'ada cleo dan eve'],
      ['metrics.loss >= 0', 'ada bob dan'],
      ['metrics.loss = 0', ''],
      ['metrics.loss < 1e999', 'ada bob eve'],
      ['metric."val/loss" = 1', 'ada'],
      ['metrics.val/loss = 1', 'ada'],
      ['metrics.nobody != 1', ''],
      ["params.lr = '0.1'", 'ada cleo'],
      ["parameters.lr != '0.1'", 'bob'],
      ["param.opt LIKE 'a%'", 'ada'],
      ["params.opt LIKE 'S__'", 'bob'],
      ["params.opt LIKE 's__'", ''],
      ["params.opt ILIKE 's__'", 'bob'],
      ["params.opt LIKE '100\\%_sure'", ''],
      ["params.opt LIKE '100%'", 'eve'],
      ["params.opt LIKE '[a]%'", ''],
      ["params.opt LIKE '*'", ''],
      ['params.lr IS NULL', 'dan eve fay'],
      ['params.lr is not null', 'ada bob cleo'],
      ['params.nobody IS NULL', 'ada bob cleo dan eve fay'],
      ['params.nobody IS NOT NULL', ''],
      ["tags.team = 'risk'", 'bob'],
      ["tags.team != 'risk'", 'ada dan fay'],
      ["tag.team ilike 'RISK'", 'ada bob'],
      ['tags.team = "o\'hare"', 'dan'],
      ["tags.team LIKE 'back\\slash'", 'fay'],
      ["tags.`a b` = 'x'", 'dan'],
      ["tags.mlflow.user = 'eve'", 'ada'],
      ["tags.mlflow.runName = 'fay'", 'fay'],
      ["status = 'RUNNING'", 'ada cleo dan eve'],
      ["attributes.status != 'RUNNING'", 'bob fay'],
      ["attr.status LIKE 'F%'", 'bob fay'],
      ["run.status ILIKE 'fin%'", 'fay'],
      ["status = 'DONE'", ''],
      ["run_name = 'ada'", 'ada'],
      ["`run name` LIKE '_a_'", 'dan fay'],
      ['"Run name" = "ada" AND attribute.user_id = "user-ada"', 'ada'],
      ['start_time > 200', 'cleo dan eve fay'],
      ['created <= 200.5 AND Created != 100', 'bob'],
      ['end_time < 850', 'fay'],
      ['end_time != 1.5', 'bob fay'],
      ["run_id IN ('x', 'y')", ''],
      ["run_id NOT IN ('x')", 'ada bob cleo dan eve fay'],
      ["dataset.name = 'iris'", 'ada cleo'],
      ["dataset.name = 'iris' AND datasets.digest = 'd1'", 'ada'],
      ["dataset.name = 'iris' AND dataset.name = 'wine'", 'ada'],
      ["dataset.name != 'iris'", 'ada'],
      ["dataset.digest IN ('d9', 'd2')", 'ada cleo'],
      ["datasets.context = 'test'", 'ada'],
      ["dataset.context LIKE 'tra%'", 'ada'],
      ["artifact_uri LIKE 'mlflow-artifacts:/%/artifacts'", 'ada bob cleo dan eve fay'],
      ["artifact_uri = 'x'", ''],
      ["metrics.loss > 0 AND params.lr = '0.1' AND tags.team = 'Risk' AND status = 'RUNNING' AND dataset.name LIKE 'w%'", 'ada'],
    ] as const) {
      test(filter, async () => {
        assert.equal(sorted(await fixture.find({ filter })), expected)
        assert.equal(sorted(await fixture.findPaged({ filter }, 2)), expected)
      })
    }

    test('finds a run by its id and by the place of its artifacts', async () => {
      const { body } = await fixture.answer({ filter: "run_name = 'cleo'" })
      const { run_id, artifact_uri } = body.runs[0].info
      assert.equal(await fixture.find({ filter: `run_id = '${run_id}'` }), 'cleo')
      assert.equal(await fixture.find({ filter: `attributes.run_id IN ('${run_id}', 'x')`, order_by: ['artifact_uri'] }), 'cleo')
      assert.equal(await fixture.find({ filter: `artifact_uri = '${artifact_uri}'` }), 'cleo')
    })
  })

  describe('an order', () => {
    // dan and eve started at once: where nothing else tells them apart their ids do, and those are random.
    const flat = (names: string): string => names.replace(/dan eve|eve dan|d\/e/, 'dan eve')
    for (const [order_by, expected] of [
      [[], 'fay d/e cleo bob ada'],
      [['start_time DESC'], 'fay d/e cleo bob ada'],
      [['attributes.start_time'], 'ada bob cleo d/e fay'],
      [['metrics.loss'], 'eve bob ada dan cleo fay'],
      [['metrics.loss DESC'], 'dan ada bob eve cleo fay'],
      [['params.opt', 'start_time ASC'], 'eve bob ada cleo dan fay'],
      [['param.opt DESC'], 'ada bob eve fay dan cleo'],
      [['tags.team'], 'ada fay dan bob eve cleo'],
      [['tag.nobody DESC', 'run_name'], 'ada bob cleo d/e fay'],
      [['status', 'metrics.loss'], 'bob fay eve ada dan cleo'],
      [['end_time DESC', 'user_id DESC'], 'bob fay eve dan cleo ada'],
      [['end_time', 'run_name'], 'fay bob ada cleo d/e'],
      [['start_time DESC', 'run_name DESC'], 'fay eve dan cleo bob ada'],
    ] as const) {
      test(order_by.join(', ') || 'none', async () => {
        const found = await fixture.find({ order_by })
        assert.equal(expected.includes('d/e') ? flat(found) : found, expected.includes('d/e') ? flat(expected) : expected)
        for (const size of [1, 2, 4]) assert.equal(await fixture.findPaged({ order_by }, size), await fixture.find({ order_by }))
      })
    }

    test('of several experiments is one order', async () => {
      const experiment_ids = [fixture.experiment_id, fixture.other_id, '77777', fixture.other_id]
      assert.match(await fixture.find({ experiment_ids }), /^fay (dan eve|eve dan) gus cleo bob ada$/)
      assert.equal(await fixture.findPaged({ experiment_ids }, 2), await fixture.find({ experiment_ids }))
      const order_by = ['metrics.loss']
      assert.equal(await fixture.find({ experiment_ids, order_by }), 'eve bob gus ada dan cleo fay')
      assert.equal(await fixture.findPaged({ experiment_ids, order_by }, 3), 'eve bob gus ada dan cleo fay')
      assert.equal(await fixture.find({ experiment_ids, max_results: 50_000 }), await fixture.find({ experiment_ids }))
    })

    test('is kept between pages by texts that are too long for a token', async () => {
      const db = await open()
      const long = new SearchFixture(db)
      long.experiment_id = (await long.server.post('experiments/create', { name: 'long' })).body.experiment_id
      for (const [at, name] of ['c', 'a', 'b'].entries()) {
        await long.add(long.experiment_id, name, { start_time: at, params: { text: `${'x'.repeat(5_000)}${name}` } })
      }
      assert.equal(await long.findPaged({ order_by: ['params.text'] }, 1), 'a b c')
    })
  })

  test('gives whole runs', async () => {
    const { body } = await fixture.answer({ filter: "run_name = 'ada'" })
    const got = await fixture.server.get('runs/get', { run_id: body.runs[0].info.run_id })
    assert.deepEqual(body.runs, [got.body.run])
    assert.equal(body.runs[0].inputs.dataset_inputs.length, 2)
    assert.equal(body.next_page_token, undefined)
  })

  test('gives metrics that JSON has no number for as texts', async () => {
    const { body } = await fixture.answer({ filter: 'metrics.loss != 0.25', order_by: ['metrics.loss'] })
    const losses = body.runs.map(
      (run: { data: { metrics: { key: string; value: unknown }[] } }) => run.data.metrics.find((m) => m.key === 'loss')?.value,
    )
    assert.deepEqual(losses, ['-Infinity', 0.5, 'Infinity', 'NaN'])
  })

  test('is a small matter where there are few runs', async () => {
    const db = await open()
    const make = (id: number): Value[] => [id, `r${id}`, 1, 'n', 'u', 1, id]
    const RUN = bulk('insert into run (id, run_id, experiment, name, user_id, status, start_ms) values (?, ?, ?, ?, ?, ?, ?)', 'itittii')
    const MADE = "insert into experiment (id, name, artifact_location, created_ms, updated_ms) values (1, 'e', 'a', 0, 0)"
    await db.write((tx) => tx.run({ sql: MADE, changes: true }))
    await db.write((tx) =>
      tx.runMany(
        RUN,
        Array.from({ length: 2_000 }, (_, at) => make(at + 1)),
      ),
    )
    assert.equal(await hasFewRuns(db.reader, [1, 2, 3]), true)
    assert.equal(await hasFewRuns(db.reader, [1, 2, 3, 4]), false)
    await db.write((tx) => tx.runMany(RUN, [make(2_001)]))
    assert.equal(await hasFewRuns(db.reader, [2, 1]), false)
  })

  test('shows deleted runs to those who ask', async () => {
    const own = new SearchFixture(await open())
    await own.fill()
    await own.db.write((tx) => tx.run({ sql: "update run set deleted_ms = 1 where name in ('ada', 'fay')", changes: true }))
    assert.equal(await own.find({ run_view_type: 'DELETED_ONLY' }), 'fay ada')
    assert.equal(sorted(await own.find({})), 'bob cleo dan eve')
    assert.equal((await own.find({ run_view_type: 3 })).split(' ').length, 6)
  })

  test('pages go on behind what was seen, whatever came and went meanwhile', async () => {
    const own = new SearchFixture(await open())
    await own.fill()
    const first = await own.answer({ max_results: 1 })
    await own.add(own.experiment_id, 'new', { start_time: 10_000 })
    const second = await own.answer({ max_results: 2, page_token: first.body.next_page_token })
    assert.match(own.namesOf(second.body.runs), /^(dan eve|eve dan)$/)
  })

  test('refuses the token of another search', async () => {
    const { body } = await fixture.answer({ max_results: 1, filter: 'metrics.loss > 0' })
    const page_token = body.next_page_token
    for (const other of [{ filter: 'metrics.loss > 1' }, { order_by: ['run_id'] }, { run_view_type: 'ALL' }, { experiment_ids: ['0'] }]) {
      assert.equal((await fixture.answer({ filter: 'metrics.loss > 0', ...other, page_token })).status, 400)
    }
    assert.equal((await fixture.answer({ filter: 'metrics.loss > 0', page_token })).status, 200)
  })
})
