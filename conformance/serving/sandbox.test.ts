import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { test } from 'node:test'
import { approvalStatement, attestedDigests, IGNORED_OF_GIT, modelStatement, subjectOf, type Trust, trustKey } from '@millrace/sign'
import { signerFromPem, signStatement } from '@millrace/sign/make'
import { isRemote } from '../../packages/runtime/src/backend.ts'
import type { SandboxRules } from '../../packages/runtime/src/backends/sandbox/bubblewrap.ts'
import { loadModel } from '../../packages/runtime/src/loading/load.ts'
import { Refused, type Step } from '../../packages/runtime/src/refused.ts'
import { folderOf } from '../../packages/runtime/src/testing/models.ts'
import { serving } from '../../packages/runtime/src/testing/sums.ts'
import { useBubblewrap } from '../bubblewrap.ts'
import { pythonWithMlflow } from '../python.ts'

/** A model that tries what it is asked to, and says how that went; anything else it doubles. */
const CODE = `
import json, os, socket, urllib.request
import mlflow
from mlflow.models import set_model


def tried(what, a):
    if what == "double":
        return a * 2
    if what == "read":
        return open("/etc/hostname").read()
    if what == "home":
        return os.listdir("/root") + os.listdir("/home")
    if what.startswith("read:"):
        return open(what[5:]).read()
    if what == "environment":
        return json.dumps(dict(os.environ))
    if what == "network":
        return urllib.request.urlopen("http://127.0.0.1:%d/" % int(a), timeout=5).read().decode()
    if what == "name":
        return str(socket.getaddrinfo("example.com", 80))
    if what == "write":
        return open("/model/model.py", "a").write("# changed")
    if what == "remove":
        return os.remove("/model/MLmodel")
    if what == "usr":
        return open("/usr/lib/left-behind", "w").write("x")
    if what == "memory":
        return len(bytearray(int(a)))
    if what == "disk":
        return open("/tmp/large", "wb").write(bytes(int(a)))
    if what == "shared":
        return open("/dev/shm/large", "wb").write(bytes(int(a)))
    if what == "processes":
        return len([one for one in os.listdir("/proc") if one.isdigit()])
    if what == "user":
        return [os.getuid(), os.getgid()]
    if what == "namespaces":
        os.unshare(os.CLONE_NEWUSER) if hasattr(os, "unshare") else (_ for _ in ()).throw(OSError("no unshare"))
        return "unshared"
    if what == "host":
        return socket.gethostname()
    if what == "hang":
        while True:
            pass
    return None


class Probe(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        answers = []
        for what, a in zip(model_input["what"], model_input["a"]):
            try:
                answers.append("got " + json.dumps(tried(what, a)))
            except BaseException as error:
                answers.append("denied " + type(error).__name__)
        return answers


set_model(Probe())
`

const MLMODEL = `flavors:
  python_function:
    loader_module: mlflow.pyfunc.loaders.code_model
    model_code_path: model.py
    python_version: 3.11.7
    streamable: false
mlflow_version: 3.17.2
signature:
  inputs: '[{"type": "string", "name": "what", "required": true}, {"type": "double", "name": "a", "required": true}]'
  outputs: '[{"type": "string", "required": true}]'
`

const FILES = { MLmodel: MLMODEL, 'model.py': CODE }
/** A file of this project, whose Python runs in the sandbox. */
const PROJECT = new URL('../../package.json', import.meta.url).pathname
const BESIDE = ['model.sig', 'model.attestations.jsonl']

const newSigner = () =>
  signerFromPem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
const release = newSigner()
const trust: Trust = trustKey(release.public_key, 'release')
const for_signatures: Trust = { ...trust, keys: trust.keys.map((one) => ({ ...one, may: ['signature'] as const })) }

const digests = Object.entries(FILES).map(([path, content]) => ({ path, sha256: createHash('sha256').update(content).digest('hex') }))
const signed = (signer = release) =>
  signStatement({ signer }, modelStatement('probe', digests, { ignore_paths: [...IGNORED_OF_GIT, ...BESIDE] }))
const approved = (signer = release) => {
  const approval = {
    model: 'probe',
    version: 1,
    target: "the alias 'champion'",
    approvers: [{ user: 'ada', approved_ms: 1_700_000_000_000 }],
  }
  return signStatement({ signer }, approvalStatement(subjectOf('probe', attestedDigests(digests)), approval))
}

const rules = (part: Partial<SandboxRules> = {}): SandboxRules => ({
  python: pythonWithMlflow(),
  memory_max_bytes: 2 ** 31,
  run_max_ms: 8_000,
  ...part,
})

test('a model that is code is refused unless a sandbox is wanted and it is signed and approved; it says what is missing', async (t) => {
  const load = (beside: Readonly<Record<string, string>>, options: { trust?: Trust; sandbox?: SandboxRules }) =>
    loadModel(folderOf(t, { ...FILES, ...beside }), { client: undefined, name: 'probe', ...options })
  const at = (step: Step, message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof Refused, String(error))
    assert.equal(error.step, step, error.message)
    assert.match(error.message, message)
    return true
  }
  const sandbox = rules({ python: '/no/python' })
  const both = { 'model.sig': `${await signed()}\n`, 'model.attestations.jsonl': `${await approved()}\n` }
  await assert.rejects(load(both, { trust }), at('scan', /suspicious/))
  await assert.rejects(load(both, { sandbox }), at('signature', /--trust FILE/))
  await assert.rejects(load({}, { trust, sandbox }), at('signature', /nobody signed/))
  await assert.rejects(
    load({ 'model.sig': both['model.sig'] }, { trust, sandbox }),
    at('approval', /nobody approved them.*millrace requests approve/),
  )
  const stranger = { ...both, 'model.attestations.jsonl': `${await approved(newSigner())}\n` }
  await assert.rejects(load(stranger, { trust, sandbox }), at('approval', /not among the trusted/))
  await assert.rejects(load(both, { trust: for_signatures, sandbox }), at('approval', /approv/))
  await assert.rejects(load({ ...both, 'model.py': `${CODE}#` }, { trust, sandbox }), at('signature', /over other files/))
  const evil = { ...both, 'evil.pkl': Buffer.from("cos\nsystem\n(S'id'\ntR.").toString('latin1') }
  await assert.rejects(load(evil, { trust, sandbox }), (error) => ['scan', 'signature'].includes((error as Refused).step))
  await assert.rejects(load(both, { trust, sandbox }), at('sandbox', /no Python at \/no\/python/))
})

test('RC-01 a model in the sandbox predicts, what it tries beside that is denied, and one that does not end is ended', {
  timeout: 300_000,
}, async (t) => {
  useBubblewrap()
  const folder = folderOf(t, { ...FILES, 'model.sig': `${await signed()}\n`, 'model.attestations.jsonl': `${await approved()}\n` })
  const model = await loadModel(folder, { client: undefined, name: 'probe', trust, sandbox: rules() })
  t.after(() => (isRemote(model.backend) ? model.backend.close() : undefined))
  const outside = createServer((_, response) => response.end('reached'))
  await new Promise<void>((done) => outside.listen(0, '127.0.0.1', done))
  t.after(() => outside.close())
  const { port } = outside.address() as AddressInfo
  process.env.MILLRACE_SECRET_OF_TEST = 'secret'
  const { call } = await serving(t, [model])
  const ask = async (what: string, a = 0): Promise<string> => {
    const { status, body } = await call('POST', '/invocations', { dataframe_split: { columns: ['what', 'a'], data: [[what, a]] } })
    assert.equal(status, 200, `${what}: ${JSON.stringify(body)}`)
    return body.predictions[0]
  }
  assert.equal(await ask('double', 21), 'got 42.0')
  const v2 = {
    inputs: [
      { name: 'what', shape: [1], datatype: 'BYTES', data: ['double'] },
      { name: 'a', shape: [1], datatype: 'FP64', data: [4] },
    ],
  }
  assert.deepEqual((await call('POST', '/v2/models/probe/infer', v2)).body.outputs[0].data, ['got 8.0'])
  for (const what of ['read', `read:${PROJECT}`, `read:${folder}/MLmodel`, 'home', 'name', 'write', 'remove', 'usr'])
    assert.match(await ask(what), /^denied (?:FileNotFound|Permission|OS|gai)/i, what)
  assert.match(await ask('network', port), /^denied /)
  assert.match(await ask('memory', 3e9), /^denied MemoryError/)
  assert.match(await ask('disk', 1e8), /^denied OSError/)
  assert.match(await ask('shared', 1e6), /^denied /)
  assert.match(await ask('namespaces'), /^denied /)
  assert.equal(await ask('user'), 'got [65534, 65534]')
  assert.equal(await ask('host'), 'got "model"')
  assert.notEqual(hostname(), 'model')
  assert.ok(Number((await ask('processes')).slice(4)) < 6)
  const environment = await ask('environment')
  assert.doesNotMatch(environment, /secret|MILLRACE|AWS|TOKEN/)
  assert.ok(!existsSync('/usr/lib/left-behind'))
  assert.equal(readFileSync(`${folder}/model.py`, 'utf8'), CODE)
  assert.match((await call('POST', '/invocations', { dataframe_split: { columns: ['what'], data: [['double']] } })).text, /missing inputs/)
  assert.equal(await ask('double', 1), 'got 2.0')
  const later = (what: string) => call('POST', '/invocations', { dataframe_split: { columns: ['what', 'a'], data: [[what, 5]] } })
  assert.equal((await later('hang')).status, 504)
  let answered = await later('double')
  assert.equal(answered.status, 503)
  for (const deadline = Date.now() + 120_000; answered.status === 503 && Date.now() < deadline; answered = await later('double')) {
    await new Promise((done) => setTimeout(done, 200))
  }
  assert.deepEqual(answered.body, { predictions: ['got 10.0'] })
})
