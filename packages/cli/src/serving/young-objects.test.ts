import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'

const module = new URL('./young-objects.ts', import.meta.url).href

/** The room for young objects, in MiB, of a process that reads something of which 40 MB stay. */
function roomAfterReading(first: string): number {
  const read = `
    import { getHeapSpaceStatistics } from 'node:v8'
    import { expectRequests } from '${module}'
    ${first}
    const kept = []
    for (let at = 0; at < 400_000; at++) kept.push({ at, more: [at, at + 1] })
    const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    process.stdout.write(String(kept.length > 0 && space_size))`
  const args = ['--conditions=source', '--input-type=module', '--no-warnings', '-e', read]
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' })) / 1024 / 1024
}

test('what reading a model leaves behind makes no room for young objects, which load would fill', () => {
  const [as_v8_guesses, bounded] = [roomAfterReading(''), roomAfterReading('expectRequests()')]
  assert.ok(bounded <= 4 && as_v8_guesses >= 8, `${bounded} MiB, and ${as_v8_guesses} MiB by V8's own guesses`)
})
