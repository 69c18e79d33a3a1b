import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { overEachDatabase } from '../testing/databases.ts'
import { callRegistry, registryOf } from '../testing/registry.ts'
import { TestServer } from '../testing/server.ts'

overEachDatabase('searches in the model registry', (open) => {
  let found: TestServer
  let its: ReturnType<typeof registryOf>
  before(async () => {
    found = new TestServer(await open())
    its = registryOf(found)
    for (const [name, tags] of [
      ['Beta', []],
      ['alpha', [{ key: 'team', value: 'A' }]],
      ['gamma', [{ key: 'team', value: 'b' }]],
      ['greet', [{ key: 'mlflow.prompt.is_prompt', value: 'true' }]],
    ] as const) {
      await its.post('registered-models/create', { name, tags })
      const source = name === 'greet' ? 'dummy-source' : `s3://bucket/${name}`
      await its.post('model-versions/create', {
        name,
        source,
        ...(name === 'alpha' && { run_id: 'r1' }),
        tags: [{ key: 'of', value: name }],
      })
    }
    await its.post('model-versions/create', { name: 'alpha', source: 's3://bucket/second' })
  })
  const IS_PROMPT = 'tags.`mlflow.prompt.is_prompt`'

  for (const [filter, expected] of [
    ['', 'Beta alpha gamma'],
    ["name LIKE '%a%'", 'Beta alpha gamma'],
    ["name LIKE 'b%'", ''],
    ["name ILIKE 'b%'", 'Beta'],
    ["name IN ('alpha', 'greet')", 'alpha'],
    ["name NOT IN ('alpha')", 'Beta gamma'],
    ["tags.team = 'A'", 'alpha'],
    ["tag.team != 'A'", 'gamma'],
    [`${IS_PROMPT} = 'true'`, 'greet'],
    [`${IS_PROMPT} != 'false' AND name LIKE 'g%'`, 'greet'],
    [`${IS_PROMPT} != 'true'`, 'Beta alpha gamma'],
    [`name = 'greet' AND ${IS_PROMPT} = 'false'`, ''],
  ] as const) {
    test(`models by ${filter || 'nothing'}, in pages too`, async () => {
      const names: string[] = []
      let page_token = ''
      do {
        const page = await its.get('registered-models/search', { filter, max_results: 1, ...(page_token && { page_token }) })
        names.push(...page.registered_models.map((one: { name: string }) => one.name))
        page_token = page.next_page_token ?? ''
      } while (page_token)
      assert.equal(names.join(' '), expected)
    })
  }

  for (const [filter, order_by, expected] of [
    ['', ['name', 'version_number DESC'], 'Beta/1 alpha/2 alpha/1 gamma/1'],
    ['', ['name DESC'], 'gamma/1 alpha/2 alpha/1 Beta/1'],
    ["run_id = 'r1'", [], 'alpha/1'],
    ["run_id IN ('r1', 'r2')", [], 'alpha/1'],
    ["source_path LIKE '%second'", [], 'alpha/2'],
    ['version_number > 1', [], 'alpha/2'],
    ["version_number = '2'", [], 'alpha/2'],
    ['version_number > "1"', [], 'alpha/2'],
    ["tags.of = 'gamma'", [], 'gamma/1'],
    [`name = 'greet' AND ${IS_PROMPT} = 'true'`, [], 'greet/1'],
    ["name = 'greet'", [], ''],
  ] as const) {
    test(`versions by ${filter || 'nothing'} in the order of ${order_by.join(', ') || 'the last change'}`, async () => {
      const names: string[] = []
      let page_token = ''
      do {
        const page = await its.get('model-versions/search', { filter, order_by, max_results: 1, ...(page_token && { page_token }) })
        names.push(...page.model_versions.map((one: { name: string; version: string }) => `${one.name}/${one.version}`))
        page_token = page.next_page_token ?? ''
      } while (page_token)
      assert.equal(names.join(' '), expected)
    })
  }

  test('no models when none are asked for', async () => {
    assert.deepEqual(await its.get('registered-models/search', { max_results: 0 }), { registered_models: [] })
  })

  test('what they cannot read is refused with a reason', async () => {
    for (const [path, fields] of [
      ['registered-models/search', { filter: "run_id = 'x'" }],
      ['registered-models/search', { filter: 'name = 1' }],
      ['registered-models/search', { order_by: ['tags.x'] }],
      ['registered-models/search', { max_results: 1_001 }],
      ['model-versions/search', { filter: "source_path IN ('x')" }],
      ['model-versions/search', { filter: "version_number = 'x'" }],
      ['model-versions/search', { filter: 'version_number = 1.5' }],
      ['model-versions/search', { filter: 'version_number = `1`' }],
      ['model-versions/search', { max_results: 0 }],
      ['model-versions/search', { order_by: ['run_id'] }],
      ['model-versions/search', { page_token: 'x' }],
    ] as const) {
      const answer = await callRegistry(found, '/api', 'GET', path, fields)
      assert.deepEqual([answer.status, answer.body.error_code], [400, 'INVALID_PARAMETER_VALUE'], JSON.stringify(fields))
    }
  })
})
