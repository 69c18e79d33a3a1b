import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadModel } from '../loading/load.ts'
import type { Table } from '../signature/table.ts'
import { loggedFiles } from '../testing/models.ts'
import { clientOf, type Registry } from '../testing/registry.ts'
import { Models } from './models.ts'
import { Quarantine } from './quarantine.ts'
import { predict } from './served.ts'

test('a version that a later scan finds malicious answers no more, until a scan clears it', async () => {
  const files = loggedFiles()
  const registry: Registry = { files, recorded: files, scan: 'clean' }
  const client = clientOf(registry)
  const models = new Models()
  const model = await loadModel('models:/steps/3', { client })
  models.put(model)
  const told: string[] = []
  const quarantine = new Quarantine(client, models, { onQuarantine: (sentence) => told.push(sentence) })
  const asked: Table = { rows: 1, width: 2, names: ['a', 'b'], by: 'row', cells: [[0.1, 1]] }
  const ask = async (): Promise<unknown> => predict(model, asked)
  await quarantine.look()
  await ask()
  registry.scan = 'malicious'
  await Promise.all([quarantine.look(), quarantine.look()])
  await quarantine.look()
  await assert.rejects(ask, { status: 503, message: /Version 3 of steps is in quarantine/ })
  // Who is not heard clears nobody.
  registry.scan = undefined
  await quarantine.look()
  await assert.rejects(ask, { status: 503 })
  registry.scan = 'clean'
  await quarantine.look()
  await ask()
  assert.deepEqual(
    told.map((sentence) => /malicious|answers again/.exec(sentence)?.[0]),
    ['malicious', 'answers again'],
  )
})

test('a model of a folder is asked about nowhere, and a registry that is silent stops nothing and is told once', async () => {
  const files = loggedFiles()
  const models = new Models()
  const model = await loadModel('models:/steps/3', { client: clientOf({ files, recorded: files, scan: 'clean' }) })
  let asked = 0
  const silent = { millrace: { modelVersionsScan: () => Promise.reject(new Error(`silence ${++asked}`)) } } as never
  const told: string[] = []
  const quarantine = new Quarantine(silent, models, { onQuarantine: (sentence) => told.push(sentence) })
  models.put({ ...model, uri: '/srv/steps' })
  await quarantine.look()
  assert.deepEqual([asked, told], [0, []])
  models.put(model)
  await quarantine.look()
  await quarantine.look()
  assert.equal(asked, 2)
  assert.equal(told.length, 1)
  assert.match(told[0] ?? '', /silence 1/)
  assert.equal(model.guards.size, 0)
})
