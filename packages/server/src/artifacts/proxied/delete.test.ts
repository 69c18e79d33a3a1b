import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ALL, type Authority, NOBODY } from '../../http/access.ts'
import type { Permission } from '../../http/endpoint.ts'
import { ARTIFACTS, artifactServer, putArtifact } from '../../testing/artifacts.ts'
import { serverInMemory } from '../../testing/sockets.ts'

const ORDER: readonly Permission[] = ['read', 'use', 'edit', 'manage']

/** An authority whose one caller has this permission on everything. */
const holding = (held: Permission): Authority => ({
  identify: () => ({ ...NOBODY, user: 'bob' }),
  permits: (_caller, needed) => ORDER.indexOf(needed) <= ORDER.indexOf(held),
  visible: () => ALL,
})

for (const artifacts of [ARTIFACTS, ARTIFACTS.replace('/api/', '/ajax-api/')]) {
  test(`AZ-02 to delete artifacts needs MANAGE, to add them EDIT (${artifacts})`, async () => {
    const { server, root } = await artifactServer()
    const { settings } = server
    const editor = await serverInMemory({ settings, authority: holding('edit') })
    const manager = await serverInMemory({ settings, authority: holding('manage') })
    const folder = '1/run/artifacts/d'
    assert.equal((await putArtifact(editor, `${folder}/model.bin`, 'bytes')).status, 200)

    const refused = await editor.call('DELETE', `${artifacts}/${folder}`)
    assert.equal(refused.status, 403, refused.text)
    assert.equal(refused.body.error_code, 'PERMISSION_DENIED')
    assert.ok(existsSync(join(root, folder, 'model.bin')))

    assert.equal((await manager.call('DELETE', `${artifacts}/${folder}`)).status, 200)
    assert.ok(!existsSync(join(root, folder)))
  })
}
