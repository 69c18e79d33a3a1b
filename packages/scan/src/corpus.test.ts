import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { corpus } from '../../../tools/corpus/corpus.ts'
import { inspect } from './inspect.ts'

describe('RC-01, RC-02, RC-15 the corpus: what is hostile is found or refused, what is harmless is clean', () => {
  for (const { name, bytes, expected, rule } of corpus()) {
    test(`${name} is ${expected}`, () => {
      const { ending, findings } = inspect(name, bytes)
      const told = findings.map((one) => `${one.severity} ${one.rule} ${one.member}: ${one.evidence}`).join('\n')
      if (expected === 'found') assert.notEqual(ending, 'clean', told)
      else assert.equal(ending, expected, told)
      if (rule !== undefined)
        assert.ok(
          findings.some((one) => one.rule === rule),
          `${rule} is not among:\n${told}`,
        )
    })
  }
})
