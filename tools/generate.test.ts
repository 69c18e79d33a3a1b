import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpoints } from '../packages/server/src/app.ts'
import { read } from '../packages/server/src/http/endpoint.ts'
import { array, double, object, optional, string, withDefault } from '../packages/server/src/http/schema.ts'
import { API_FILE, apiPage } from './generate-api.ts'
import { CLIENT_FILE, clientSource, methodName } from './generate-client.ts'
import { CONFIGURATION_FILE, configurationPage } from './generate-configuration.ts'
import { SECURITY_FILE, securityPage } from './generate-security.ts'
import { schemaNames } from './generate-types.ts'
import { describeViolation, ROOT, readCheckout } from './tidy/checkout.ts'
import { generated } from './tidy/documents.ts'

const checkout = readCheckout()
const given = await schemaNames(checkout.texts, ROOT)

test('the client is typed by the endpoints as they are', () => {
  assert.deepEqual(generated(checkout, CLIENT_FILE, clientSource(endpoints, ROOT, given)).map(describeViolation), [])
})

test('docs/api.md lists the endpoints as they are', () => {
  assert.deepEqual(generated(checkout, API_FILE, apiPage(endpoints, checkout.texts)).map(describeViolation), [])
})

test('docs/security-cases.md names the tests as they are', () => {
  assert.deepEqual(generated(checkout, SECURITY_FILE, securityPage(checkout.texts)).map(describeViolation), [])
  const page = securityPage(new Map([['packages/a/b.test.ts', "test('nobody gets out (PT-01, PT-03 to PT-05)', go)"]]))
  assert.ok(page.endsWith('| PT-01, PT-03 to 05 | nobody gets out | [packages/a/b.test.ts](../packages/a/b.test.ts) |\n'), page)
})

test('docs/configuration.md lists the flags as they are', () => {
  assert.deepEqual(generated(checkout, CONFIGURATION_FILE, configurationPage()).map(describeViolation), [])
})

test('names follow the URL, and the HTTP method where the URL has no verb', () => {
  for (const [route, name] of [
    ['POST /api/2.0/mlflow/runs/log-batch', 'runs.logBatch'],
    ['GET /api/2.0/mlflow/experiments/get-by-name', 'experiments.getByName'],
    ['POST /api/2.0/mlflow/logged-models', 'loggedModels.create'],
    ['GET /api/2.0/mlflow/logged-models/{model_id}', 'loggedModels.get'],
    ['DELETE /api/2.0/mlflow/logged-models/{model_id}/tags/{key}', 'loggedModels.deleteTags'],
  ] as const) {
    assert.equal(methodName(route), name)
  }
})

test('types tell what may be left out on the way in from what may be absent on the way out', () => {
  const item = object({ value: double(), note: optional(string()) })
  const endpoint = read({
    route: 'GET /api/2.0/mlflow/things/get',
    summary: 'Get things',
    access: { public: 'a test' },
    input: object({ ids: withDefault(array(string()), []), name: string() }),
    output: object({ ids: withDefault(array(string()), []), things: array(item) }),
    handler: async () => ({ ids: [], things: [] }),
  })
  const text = clientSource([endpoint], ROOT, given).replace(/\s+/g, ' ')
  assert.ok(text.includes('input: { ids?: string[] | undefined name: string }'), text)
  assert.ok(text.includes('output: { ids: string[] things: Thing[] }'), text)
  assert.ok(text.includes('export type Thing = { value: Double note?: string | undefined }'), text)
})

test('two endpoints never share a method in silence', () => {
  const twice = endpoints.filter(({ route }) => route === 'GET /api/2.0/mlflow/experiments/get')
  assert.throws(() => clientSource([...twice, ...twice], ROOT, given), /experiments.get, which is taken/)
})
