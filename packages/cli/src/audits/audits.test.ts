import assert from 'node:assert/strict'
import { test } from 'node:test'
import { post, run, startServer } from '../testing/command.ts'

test('millrace audits: the server audits its registry, lists what it keeps and shows a report', async () => {
  const server = await startServer([])
  const audits = (args: readonly string[]) => run(['audits', ...args], { env: { MLFLOW_TRACKING_URI: server.url } })
  try {
    await post(server.url, 'registered-models/create', { name: 'churn' })
    const made = await audits(['run'])
    assert.equal(made.code, 0, made.err)
    const [, id = ''] = /^(au-[0-9a-f]{16}): SAFE, Pass \(0 critical, 0 high, 0 medium, 0 low\)\nhttp/.exec(made.out) ?? []
    const listed = await audits(['list'])
    assert.match(listed.out, new RegExp(`${id} +registry +registry of workspace default +SAFE +0/0/0/0 `))
    assert.equal(JSON.parse((await audits(['list', '--json'])).out).length, 1)
    const shown = await audits(['show', id])
    assert.match(shown.out, /^# Audit of registry of workspace default\n[\s\S]*\| Pass \| \*\*SAFE\*\* /)
    assert.equal(JSON.parse((await audits(['show', id, '--format', 'json'])).out).target, 'registry')
    const none = await audits(['show', 'au-none'])
    assert.equal(none.code, 1)
    assert.match(none.err, /There is no audit 'au-none'/)
    for (const args of [['show'], ['show', id, '--format', 'pdf']]) assert.equal((await audits(args)).code, 2)
  } finally {
    server.process.kill('SIGTERM')
    await server.ended
  }
})
