import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { TestServer } from '../../testing/server.ts'

const NAMES = ['alpha', 'Beta', 'gamma_1', 'gamma%2', "it's", 'zeta']

overEachDatabase('experiments/search', (open) => {
  let server: TestServer
  const ids = new Map<string, string>()

  before(async () => {
    const db = await open()
    server = new TestServer(db)
    for (const [at, name] of NAMES.entries()) {
      const tags = [{ key: 'n', value: String(at) }, ...(at % 2 === 0 ? [{ key: 'even', value: 'Yes' }] : [])]
      ids.set(name, (await server.post('experiments/create', { name, tags })).body.experiment_id)
      await db.write((tx) =>
        tx.run({ sql: 'update experiment set created_ms = ?, updated_ms = ? where name = ?', changes: true }, 100 + at, 200 - at, name),
      )
    }
    await db.write((tx) => tx.run({ sql: 'update experiment set created_ms = 1, updated_ms = 1 where id = 0', changes: true }))
    await server.post('experiments/delete', { experiment_id: ids.get('zeta') })
    await db.write((tx) => tx.run({ sql: "update experiment set updated_ms = 195 where name = 'zeta'", changes: true }))
  })

  const search = async (payload: object): Promise<string> => {
    const { status, text, body } = await server.post('experiments/search', payload)
    assert.equal(status, 200, text)
    return body.experiments.map(({ name }: { name: string }) => name).join(' ')
  }

  for (const [filter, expected] of [
    ['', "it's gamma%2 gamma_1 Beta alpha Default"],
    ["name = 'alpha'", 'alpha'],
    ["attribute.name != 'alpha'", "it's gamma%2 gamma_1 Beta Default"],
    ['name = "it\'s"', "it's"],
    ["name LIKE 'gamma%'", 'gamma%2 gamma_1'],
    ["name LIKE 'B%'", 'Beta'],
    ["name LIKE 'b%'", ''],
    ["name ILIKE 'b%'", 'Beta'],
    ["name like '_lpha'", 'alpha'],
    ["tags.even = 'Yes'", "it's gamma_1 alpha"],
    ["tag.even != 'No'", "it's gamma_1 alpha"],
    ["tags.even ILIKE 'yes' AND tags.n LIKE '0'", 'alpha'],
    ['tags.even IS NULL', 'gamma%2 Beta Default'],
    ['tags.`even` is not null', "it's gamma_1 alpha"],
    ["tags.missing != 'x'", ''],
    ['creation_time >= 103', "it's gamma%2"],
    ['creation_time > 102.5', "it's gamma%2"],
    ['creation_time < 101.5 and creation_time != 1.5', 'Beta alpha Default'],
    ['creation_time = 1.5', ''],
    ['creation_time < 1e300 AND last_update_time > -1e300 AND last_update_time <= 197', "it's gamma%2 Default"],
    ['last_update_time > 1e18', ''],
    ["experiment_id = '0'", 'Default'],
    ["experiment_id != '0'", "it's gamma%2 gamma_1 Beta alpha"],
    ["experiment_id IN ('0', '999')", 'Default'],
    ["experiment_id NOT IN ('0')", "it's gamma%2 gamma_1 Beta alpha"],
  ] as const) {
    test(`finds by ${filter || 'nothing'}`, async () => assert.equal(await search({ filter }), expected))
  }

  for (const [order_by, expected] of [
    [['name'], "Beta Default alpha gamma%2 gamma_1 it's"],
    [['name DESC'], "it's gamma_1 gamma%2 alpha Default Beta"],
    [['attribute.creation_time asc'], "Default alpha Beta gamma_1 gamma%2 it's"],
    [['last_update_time DESC', 'name'], "alpha Beta gamma_1 gamma%2 it's Default"],
    [['experiment_id'], "Default alpha Beta gamma_1 gamma%2 it's"],
  ] as const) {
    test(`sorts by ${order_by.join(', ')}`, async () => assert.equal(await search({ order_by }), expected))
    test(`gives the same in pages of two by ${order_by.join(', ')}`, async () => {
      const found: string[] = []
      let page_token: string | undefined
      do {
        const { body } = await server.post('experiments/search', { order_by, max_results: 2, page_token })
        found.push(...body.experiments.map(({ name }: { name: string }) => name))
        page_token = body.next_page_token
      } while (page_token)
      assert.equal(found.join(' '), expected)
    })
  }

  test('shows what is deleted to those who ask, by name or number, by POST and GET', async () => {
    assert.equal(await search({ view_type: 'DELETED_ONLY' }), 'zeta')
    assert.equal(await search({ view_type: 2 }), 'zeta')
    assert.equal((await search({ view_type: 'ALL' })).split(' ').length, 7)
    const answer = await server.get('experiments/search', {
      view_type: 'ALL',
      max_results: '10',
      filter: "tags.n != '0'",
      order_by: ['name DESC', 'creation_time'],
    })
    assert.deepEqual(
      answer.body.experiments.map(({ name }: { name: string }) => name),
      ['zeta', "it's", 'gamma_1', 'gamma%2', 'Beta'],
    )
  })

  for (const [what, payload, phrase] of [
    ['max_results of 0', { max_results: 0 }, "Invalid value 0 for parameter 'max_results' supplied"],
    ['max_results of 50,001', { max_results: 50_001 }, "Invalid value 50001 for parameter 'max_results' supplied"],
    ['max_results of 2^31', { max_results: 2 ** 31 }, "parameter 'max_results' supplied"],
    ['a forged token', { page_token: 'eyJvZmZzZXQiOiAxMH0=' }, 'Invalid page token'],
    ['an order by tags', { order_by: ['tags.n'] }, 'Invalid order_by entity: tag'],
    ['metrics in a filter', { filter: 'metrics.a > 1' }, "Invalid entity type 'metrics'"],
    ['an unknown attribute', { filter: "lifecycle_stage = 'x'" }, "Invalid attribute key 'lifecycle_stage'"],
    ['names in a list', { filter: "name IN ('a')" }, "Only ['experiment_id'] attributes"],
    ['an id that is none', { filter: "experiment_id = 'a'" }, 'Invalid experiment ID'],
    ['a view that is none', { view_type: 'SOME' }, 'view_type'],
    ['OR', { filter: "name = 'a' OR name = 'b'" }, 'Invalid clause(s) in filter string'],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const { status, body } = await server.post('experiments/search', payload)
      assert.equal(status, 400)
      assert.equal(body.error_code, 'INVALID_PARAMETER_VALUE')
      assert.ok(body.message.includes(phrase), body.message)
    })
  }

  test('refuses the token of another search', async () => {
    const { body } = await server.post('experiments/search', { max_results: 1, order_by: ['name'] })
    const other = await server.post('experiments/search', { max_results: 1, order_by: ['name DESC'], page_token: body.next_page_token })
    assert.equal(other.status, 400)
    const further = await server.post('experiments/search', { max_results: 5, order_by: ['name'], page_token: body.next_page_token })
    assert.equal(further.status, 200)
  })
})
