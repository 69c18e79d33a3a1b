import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { endpoints } from '../app.ts'
import { testSettings } from '../testing/server.ts'
import { serverInMemory } from '../testing/sockets.ts'
import type { OpenApi } from './describe.ts'

const ASSETS = join(import.meta.dirname, 'assets')

describe('GET /openapi.json', () => {
  let document: OpenApi
  before(async () => {
    const server = await serverInMemory()
    document = (await server.call('GET', '/openapi.json')).body
  })

  test('is valid OpenAPI 3.1 by a validator that is not ours', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document) as unknown as Record<string, unknown>)
    assert.ok(valid, JSON.stringify(errors))
  })

  test('has every route, with a summary, a description, a tag and the form of errors', () => {
    const found = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ key: `${method.toUpperCase()} ${path}`, operation })),
    )
    const routes = endpoints.flatMap((one) => [one.route, ...(one.also ?? [])]).map((route) => route.replace('{*', '{'))
    assert.deepEqual(found.map(({ key }) => key).sort(), [...routes].sort())
    for (const { key, operation } of found) {
      assert.ok(operation.summary.length > 0 && operation.description.length > operation.summary.length, key)
      assert.equal(operation.tags.length, 1)
      assert.ok('default' in operation.responses, key)
    }
    const ids = found.map(({ operation }) => operation.operationId)
    assert.equal(new Set(ids).size, ids.length, 'operationIds are unique')
  })

  test('puts the input of a GET into the query, of a POST into the body, and of a path into the path', () => {
    const get = document.paths['/api/2.0/mlflow/experiments/get']?.get
    const asked = get?.parameters as { name: string; in: string; required: boolean; schema: { type: string } }[]
    assert.deepEqual(
      asked.map((one) => [one.name, one.in, one.required, one.schema.type]),
      [['experiment_id', 'query', true, 'string']],
    )
    assert.equal(get?.requestBody, undefined)
    const create = document.paths['/api/2.0/mlflow/experiments/create']?.post
    assert.equal(create?.parameters, undefined)
    const content = create?.requestBody as { content: Record<string, { schema: { properties: object; required: string[] } }> } | undefined
    const schema = content?.content['application/json']?.schema
    assert.deepEqual(schema?.required, ['name'])
    assert.ok('artifact_location' in (schema?.properties ?? {}))
    const file = document.paths['/docs/assets/{file}']?.get
    assert.deepEqual(file?.parameters, [{ name: 'file', in: 'path', required: true, schema: { type: 'string' } }])
  })

  test('knows the prefix under which the server answers', async () => {
    const server = await serverInMemory({ settings: { ...testSettings(), static_prefix: '/team' } })
    assert.deepEqual((await server.call('GET', '/team/openapi.json')).body.servers, [{ url: '/team' }])
  })
})

describe('the pages', () => {
  test('come with a policy that lets nothing inline and no other host in', async () => {
    const server = await serverInMemory()
    for (const [path, type] of [
      ['/', 'text/html'],
      ['/docs/api', 'text/html'],
      ['/docs/assets/api.js', 'text/javascript'],
      ['/docs/assets/api.css', 'text/css'],
      ['/docs/assets/icon.svg', 'image/svg+xml'],
    ] as const) {
      const { status, headers } = await server.call('GET', path)
      assert.equal(status, 200, path)
      assert.equal(headers['content-type'], `${type}; charset=utf-8`)
      const policy = String(headers['content-security-policy'])
      assert.ok(
        policy.includes("default-src 'none'") && policy.includes("script-src 'self'") && policy.includes("frame-ancestors 'none'"),
        policy,
      )
      assert.ok(!policy.includes('unsafe'), policy)
      assert.equal(headers['x-content-type-options'], 'nosniff')
    }
  })

  test('need nothing that the policy forbids, and name no other host', () => {
    for (const file of readdirSync(ASSETS)) {
      const text = readFileSync(join(ASSETS, file), 'utf8')
      assert.doesNotMatch(text.replaceAll('http://www.w3.org/2000/svg', ''), /https?:\/\//, file)
      assert.doesNotMatch(text, /innerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/, file)
      if (!file.endsWith('.html')) continue
      assert.doesNotMatch(text, /<style|\sstyle=|\son[a-z]+=|javascript:/i, file)
      for (const [, inside] of text.matchAll(/<script[^>]*>([^<]*)/g)) assert.equal(inside, '', file)
      for (const [, link = ''] of text.matchAll(/(?:src|href)="([^"]+)"/g))
        assert.doesNotMatch(link, /^\//, `${file}: ${link} breaks under --static-prefix`)
    }
  })

  test('a name that is no asset is no file (ID-03)', async () => {
    const server = await serverInMemory()
    for (const name of [
      'api.html',
      '..%2fapi.ts',
      '..%2f..%2fapp.ts',
      '%2e%2e%2f%2e%2e%2f..%2fpackage.json',
      '%2fetc%2fpasswd',
      'api.js%00',
      '__proto__',
      'API.JS',
    ]) {
      const answer = await server.call('GET', `/docs/assets/${name}`)
      assert.ok([400, 404].includes(answer.status), `${name}: ${answer.status}`)
      assert.ok(!answer.text.includes('import') && !answer.text.includes('root:'), name)
    }
  })
})
