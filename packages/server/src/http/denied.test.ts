import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { AuditLog } from '../events/audit/index.ts'
import { overEachDatabase } from '../testing/databases.ts'
import { TestServer } from '../testing/server.ts'
import { localOwner, OWNER } from './access.ts'
import type { AuditEntry } from './audit.ts'
import { DENIED_READS, type DeniedRead } from './denied.ts'
import { silent } from './log.ts'

overEachDatabase('a denied file is on record with its caller', (open) => {
  for (const prefix of ['/api', '/ajax-api']) {
    test(`path, source, location, link: told, logged, counted and audited, under ${prefix} (PT-01, PT-21, PT-22, PT-29)`, async () => {
      const authority = { ...localOwner, identify: () => ({ ...OWNER, user: 'mallory' }) }
      const lines: object[] = []
      const entries: AuditEntry[] = []
      const audit = { record() {}, recordAlone: (entry: AuditEntry) => void entries.push(entry) }
      const log = { info() {}, error() {}, warn: (fields: object) => lines.push(fields) }
      const server = new TestServer(await open(), { expose_prometheus: true }, { authority, audit }, log)
      const root = server.settings.artifacts_destination
      mkdirSync(root, { recursive: true })
      symlinkSync('/etc', join(root, 'link'))
      const told: DeniedRead[] = []
      const onDenied = (message: unknown): void => void told.push(message as DeniedRead)
      subscribe(DENIED_READS, onDenied)
      await server.app.ready()
      try {
        const model = `m${prefix.length}`
        await server.post('registered-models/create', { name: model })
        const answers = [
          await server.call('GET', `${prefix}/2.0/mlflow-artifacts/artifacts/..%2f..%2fetc%2fpasswd`),
          await server.call('POST', `${prefix}/2.0/mlflow/model-versions/create`, { name: model, source: 'file:///etc' }),
          await server.call('POST', `${prefix}/2.0/mlflow/experiments/create`, { name: `e${model}`, artifact_location: 'file:///etc' }),
          await server.call('GET', `${prefix}/2.0/mlflow-artifacts/artifacts/link/passwd`),
        ]
        assert.deepEqual(
          answers.map(({ status }) => status),
          [400, 400, 400, 400],
        )
        await new Promise((done) => setImmediate(done))
        assert.deepEqual(
          told.map(({ by, asked, user }) => [by, asked, user]),
          [
            ['path', '../../etc/passwd', 'mallory'],
            ['source', 'file:///etc', 'mallory'],
            ['location', 'file:///etc', 'mallory'],
            ['symbolic_link', `${prefix}/2.0/mlflow-artifacts/artifacts/link/passwd`, 'mallory'],
          ],
        )
        assert.equal(lines.filter((line) => 'asked' in line && 'address' in line).length, 4)
        assert.deepEqual(
          entries.filter(({ outcome }) => outcome === 'denied').map(({ who, on, detail }) => [who.name, who.id, on, detail]),
          told.map(({ by, asked }) => ['mallory', 0, { kind: 'file', id: asked }, { by }]),
        )
        const metrics = await server.call('GET', '/metrics')
        for (const by of ['path', 'source', 'location', 'symbolic_link']) {
          assert.match(metrics.text, new RegExp(`millrace_denied_files_total\\{by="${by}"\\} 1`))
        }
      } finally {
        unsubscribe(DENIED_READS, onDenied)
        await server.app.close()
      }
    })
  }
  test('a denied file is in the audit log, with the caller and what was asked for, whatever characters it has (PT-01)', async () => {
    const db = await open()
    const audit = new AuditLog(db, silent)
    const authority = { ...localOwner, identify: () => ({ ...OWNER, user: 'mallory' }) }
    const server = new TestServer(db, {}, { authority, audit })
    for (const path of ['..%2fetc%2fpasswd', '..%2f%00']) {
      const answer = await server.call('GET', `/api/2.0/mlflow-artifacts/artifacts/${path}`)
      assert.equal(answer.status, 400, answer.text)
    }
    await new Promise((done) => setImmediate(done))
    await audit.flush()
    const { body } = await server.call('GET', '/api/2.0/millrace/audit-log')
    const denied = body.entries.filter((entry: { kind: string }) => entry.kind === 'file')
    assert.deepEqual(denied.map((entry: { user: string; resource: string }) => [entry.user, entry.resource]).sort(), [
      ['mallory', '../etc/passwd'],
      ['mallory', '../\ufffd'],
    ])
    await audit.stop()
  })
})
