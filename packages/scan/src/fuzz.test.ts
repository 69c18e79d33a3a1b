import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { corpus } from '../../../tools/corpus/corpus.ts'
import { foundInputs } from '../../../tools/corpus/found.ts'
import { fuzz, GROUPS, seedsOf } from '../../../tools/corpus/mutate.ts'
import { inspect } from './inspect.ts'

/** A moment for each format with every change of the code; `npm run fuzz` takes a minute for each. */
const MOMENT_MS = 500

describe('changed at random, no case of the corpus breaks a reader', () => {
  const cases = corpus()
  for (const [group] of GROUPS) {
    test(group, () => {
      const { tried, failed } = fuzz(seedsOf(group, cases), MOMENT_MS, 7, inspect)
      assert.ok(tried > 0)
      assert.deepEqual(
        failed.map(({ name, why }) => `${name}: ${why}`),
        [],
      )
    })
  }

  test('what was found once stays found', () => {
    for (const { name, bytes } of foundInputs()) assert.ok(inspect(name, bytes).ending, name)
  })
})
