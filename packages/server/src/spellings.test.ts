import assert from 'node:assert/strict'
import net from 'node:net'
import { after, before, describe, test } from 'node:test'
import { makeCanary, SECRET, sendPath } from './testing/canary.ts'
import { startRun } from './testing/runs.ts'
import { type TestServer, testSettings } from './testing/server.ts'
import { listen, serverInMemory } from './testing/sockets.ts'

const canary = makeCanary()
after(() => canary.remove())

type Attack = {
  readonly row: string
  readonly method: string
  readonly path: string
  readonly body?: object
  readonly status: readonly number[]
}

/** One request for each way in: `RUN` is a run, `DIR` a folder beside the artifact root, `PORT` a listener that must not be called. */
const ATTACKS: readonly Attack[] = [
  ...['file:///etc', 'file://DIR', 'DIR/root/../outside', '//proc/self/root', 'http://127.0.0.1:PORT/x#/../../etc'].flatMap((source) =>
    [{}, { run_id: 'RUN' }, { tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }] }].map((more) => ({
      row: 'PT-01 to PT-14, SS-05',
      method: 'POST',
      path: '/api/2.0/mlflow/model-versions/create',
      body: { name: 'm', source, ...more },
      status: [400],
    })),
  ),
  ...['file:///etc', 'DIR', 'http://127.0.0.1:PORT/#/../../etc', 'ftp://127.0.0.1:PORT/x'].map((artifact_location) => ({
    row: 'PT-20, PT-21, SS-07',
    method: 'POST',
    path: '/api/2.0/mlflow/experiments/create',
    body: { name: 'evil', artifact_location },
    status: [400],
  })),
  ...['..%2fpasswd', '..%2f..%2f..%2fetc%2fpasswd', '%2fetc%2fpasswd', '%252e%252e%252fpasswd', 'C:%2fx'].flatMap((path) => [
    { row: 'PT-22, PT-23', method: 'GET', path: `/get-artifact?run_uuid=RUN&path=${path}`, status: [400] },
    { row: 'PT-22', method: 'GET', path: `/api/2.0/mlflow/artifacts/list?run_id=RUN&path=${path}`, status: [400] },
    { row: 'PT-01', method: 'GET', path: `/model-versions/get-artifact?name=m&version=1&path=${path}`, status: [400] },
    { row: 'ID-03', method: 'GET', path: `/ajax-api/2.0/mlflow/get-trace-artifact?request_id=tr-1&path=${path}`, status: [400, 404] },
  ]),
  ...[
    'http://127.0.0.1:PORT/',
    'https://[::1]:PORT/',
    'https://0x7f000001:PORT/',
    'https://localhost.:PORT/',
    'https://a@127.0.0.1:PORT/',
  ].map((url) => ({
    row: 'SS-02, SS-03',
    method: 'POST',
    path: '/api/2.0/mlflow/webhooks',
    body: { name: 'w', url, events: [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }] },
    status: [400],
  })),
]

/** The same path as somebody may spell it who looks for a check that another spelling does not pass. */
const SPELLINGS: readonly [name: string, spell: (path: string) => string][] = [
  ['with a second slash at the beginning', (path) => `/${path}`],
  ['with a second slash in the middle', (path) => path.replace('/mlflow/', '//mlflow/').replace('/get-artifact', '//get-artifact')],
  ['with a slash at the end', (path) => path.replace(/(\?|$)/, '/$1')],
  [
    'in mixed case',
    (path) => path.replace(/^[^?]*/, (route) => route.replace('mlflow', 'MLflow').replace('artifact', 'Artifact').replace('api', 'API')),
  ],
  ['with an escaped letter', (path) => path.replace('mlflow', 'ml%66low').replace('artifact', 'art%69fact')],
  ['with a dot segment', (path) => path.replace('/mlflow/', '/mlflow/./').replace('/get-artifact', '/./get-artifact')],
  ['with parameters', (path) => path.replace(/(\?|$)/, ';x=1$1')],
]

for (const static_prefix of ['', '/prefix']) {
  describe(`attacks spelled otherwise, under "${static_prefix}"`, () => {
    let port = 0
    let run = ''
    let contacted = 0
    const listener = net.createServer((socket) => {
      contacted++
      socket.destroy()
    })
    before(async () => {
      await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done))
      const settings = { ...testSettings(), artifacts_destination: canary.root, default_artifact_root: canary.root, static_prefix }
      const server: TestServer = await serverInMemory({ settings })
      port = await listen(server)
      const post = async (path: string, body: object): Promise<string> =>
        (await sendPath(port, 'POST', `${static_prefix}/api/2.0/mlflow/${path}`, JSON.stringify(body))).text
      run = static_prefix === '' ? await startRun(server) : JSON.parse(await post('runs/create', { experiment_id: '0' })).run.info.run_id
      await post('registered-models/create', { name: 'm' })
      await post('model-versions/create', { name: 'm', source: `runs:/${run}/model`, run_id: run })
    })
    after(() => listener.close())

    const fill = (text: string): string =>
      text
        .replace('RUN', run)
        .replace('DIR', canary.dir)
        .replace('PORT', String((listener.address() as net.AddressInfo).port))

    async function attack({ row, method, body }: Attack, path: string, allowed: (status: number) => boolean): Promise<void> {
      const answer = await sendPath(port, method, static_prefix + fill(path), body ? fill(JSON.stringify(body)) : '')
      const what = `${row}: ${method} ${path} ${body ? JSON.stringify(body) : ''}: ${answer.status} ${answer.text.slice(0, 300)}`
      assert.ok(allowed(answer.status), what)
      for (const never of [SECRET, 'root:x:', 'select ', 'SQLITE']) assert.ok(!answer.text.includes(never), what)
      canary.check()
    }

    for (const api of ['/api/', '/ajax-api/']) {
      test(`as they are, under ${api}: each is refused (PT-01 to PT-14, PT-20 to PT-23, SS-02, SS-03, SS-05, SS-07, ID-03)`, async () => {
        for (const one of ATTACKS) await attack(one, one.path.replace(/^\/api\//, api), (status) => one.status.includes(status))
      })
    }

    for (const [name, spell] of SPELLINGS) {
      test(`${name}: no endpoint, or the same refusal (PT-01 to PT-14, PT-20 to PT-23, SS-02, SS-03, SS-05, SS-07, AU-09)`, async () => {
        for (const one of ATTACKS) await attack(one, spell(one.path), (status) => status >= 400 && status < 500)
      })
    }

    test('no address in any of them was called', () => assert.equal(contacted, 0))
  })
}
