import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { before, describe, test } from 'node:test'
import { endpoints } from '../app.ts'
import type { TestServer } from '../testing/server.ts'
import { serverInMemory } from '../testing/sockets.ts'
import { addressOf } from '../testing/urls.ts'
import type { Endpoint } from './endpoint.ts'
import { pathsOf } from './pipeline.ts'

const SOURCE = join(import.meta.dirname, '..')
const routesOf = (endpoint: Endpoint) => [endpoint.route, ...(endpoint.also ?? [])]
const all = endpoints.flatMap((endpoint) => routesOf(endpoint).map((route) => ({ route, endpoint })))

/** Every endpoint and the file that exports it. */
async function filesOfEndpoints(): Promise<Map<Endpoint, string>> {
  const known = new Set<unknown>(endpoints)
  const files = new Map<Endpoint, string>()
  const leaveOut = /\.test\.ts$|\.types\.ts$|^testing\/|worker\.ts$|^main\.ts$/
  for (const file of globSync('**/*.ts', { cwd: SOURCE })
    .filter((one) => !leaveOut.test(one))
    .sort()) {
    for (const value of Object.values(await import(join(SOURCE, file)))) {
      if (!known.has(value)) continue
      const endpoint = value as Endpoint
      assert.ok(!files.has(endpoint) || files.get(endpoint) === file, `${endpoint.route} is exported by ${files.get(endpoint)} and ${file}`)
      files.set(endpoint, file)
    }
  }
  return files
}

// Folders that are called otherwise than the word in the URL; each needs a reason.
const FOLDER_OF_WORD: Record<string, string> = {
  'audit-log': 'audit', // MLflow has two things that it calls datasets; this is how its own code tells them apart.
  datasets: 'evaluation-datasets',
  'search-datasets': 'datasets',
  // Where the bytes come from: this server hands them through.
  'mlflow-artifacts': 'proxied',
}

describe('the table of routes', () => {
  test('each endpoint is alone in its file, and the file is in the folder that its URL names (law 1)', async () => {
    const files = await filesOfEndpoints()
    const perFile = Map.groupBy(files, ([, file]) => file)
    for (const [file, found] of perFile) assert.equal(found.length, 1, `${file} holds ${found.map(([one]) => one.route).join(' and ')}`)
    for (const endpoint of endpoints) {
      const file = files.get(endpoint)
      assert.ok(file, `no file exports ${endpoint.route}`)
      const words = endpoint.route
        .replace(/^\S+ /, '')
        .split(/[/.]/)
        .filter((word) => word !== '' && !word.startsWith('{'))
      const folders = words.flatMap((word) => [word, FOLDER_OF_WORD[word] ?? word])
      const isRoot = words.every((word) => !['api', 'mlflow'].includes(word))
      if (words.some((word) => word.includes('artifact'))) folders.push('artifacts')
      const folder = dirname(file).split('/')
      const name = basename(file, '.ts')
      const isThere =
        folder.some((one) => folders.includes(one)) || (isRoot && ['health', 'docs', 'artifacts'].some((one) => folder.includes(one)))
      assert.ok(isThere || words.includes(name), `${endpoint.route} is in ${file}`)
    }
  })

  test('no two endpoints share a route', () => {
    const seen = new Map<string, string>()
    for (const { route, endpoint } of all) {
      const method = route.split(' ')[0]
      for (const path of pathsOf(route, '')) {
        const shape = `${method} ${path.replace(/:[a-z_.]+/g, ':')}`
        assert.equal(seen.get(shape), undefined, `${shape} of ${endpoint.route}`)
        seen.set(shape, endpoint.route)
      }
    }
  })

  test('each has a summary of one line, and says who may', () => {
    for (const endpoint of endpoints) {
      assert.match(endpoint.summary, /^[A-Z][^\n]{8,140}[^.\s]$/, endpoint.route)
      assert.ok(Object.keys(endpoint.access).length > 0, endpoint.route)
    }
  })

  test('what is public is known, and why', () => {
    const found = Object.fromEntries(endpoints.flatMap((one) => ('public' in one.access ? [[one.route, one.access.public]] : [])))
    assert.deepEqual(found, {
      'GET /health': 'load balancers ask it, and it says nothing but that the process lives',
      'GET /version': 'clients ask it before they sign in',
      'GET /api/3.0/mlflow/server-info': 'clients ask it before they sign in, and it names capabilities only',
      'GET /login': 'whoever is to sign in is not signed in',
      'GET /login/assets/{file}': 'the login page shows them',
      'GET /login/oidc': 'whoever signs in is not signed in',
      'GET /login/oidc/callback': 'whoever signs in is not signed in',
      'POST /login': 'whoever signs in is not signed in',
      'POST /logout': 'a session that has ended is signed out without an error',
      'GET /metrics': 'the operator turned it on for a scraper that has no login, and it holds numbers by route, no names',
    })
  })
})

// What is turned off says what a server says that never had it: MLflow's clients find out by that whether there are workspaces.
const ANSWERS_AS_IF_NOT_THERE = new Set(['GET /metrics', 'GET /api/3.0/mlflow/workspaces'])

describe('each route answers under each of its prefixes', () => {
  let server: TestServer
  before(async () => {
    server = await serverInMemory()
  })
  for (const { route } of all) {
    const method = route.split(' ')[0] as string
    const paths = pathsOf(route, '')
    test(route, async () => {
      if (route.includes(' /api/'))
        assert.deepEqual(
          paths.map((path) => path.split('/')[1]),
          ['api', 'ajax-api'],
        )
      for (const path of paths) {
        const url = addressOf(path)
        assert.ok(server.app.hasRoute({ method: method as 'GET', url: path }), path)
        const answer = await server.call(method, url, method === 'GET' || method === 'DELETE' ? undefined : {})
        if (!ANSWERS_AS_IF_NOT_THERE.has(route)) assert.notEqual(answer.body?.error_code, 'ENDPOINT_NOT_FOUND', path)
        assert.ok(answer.status < 500 || answer.status === 501 || answer.status === 503, `${path} ${answer.text}`)
      }
    })
  }
})
