import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { startMillrace } from './server.ts'

const root = new URL('..', import.meta.url).pathname
const readme = readFileSync(join(root, 'packages/client/README.md'), 'utf8')

test("the client's README runs as it is pasted", { timeout: 120_000 }, async () => {
  const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] as string)
  assert.ok(examples.length >= 7)
  const server = await startMillrace()
  try {
    const code = examples.join('\n').replaceAll('http://127.0.0.1:5000', server.url)
    const args = ['--conditions=source', '--input-type=module-typescript', '--eval', code]
    const env = { ...process.env, MLFLOW_TRACKING_URI: server.url }
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env })
    const lines = stdout.trim().split('\n')
    for (const line of ['FINISHED', 'first', '10', '1000000', 'Hello Ann', '42', 'it is there already']) {
      assert.ok(lines.includes(line), `${line} is not among\n${stdout}`)
    }
  } finally {
    assert.equal(await server.stop(), 0)
  }
})
