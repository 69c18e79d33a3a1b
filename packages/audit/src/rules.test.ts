import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { isFor } from './audit.ts'
import { CATEGORIES } from './finding.ts'
import { contextOf } from './inventory.ts'
import type { Example, Rule } from './rules/rule.ts'
import { RULES } from './rules.ts'
import { loadGrammars } from './syntax/grammars.ts'
import { Unit } from './unit.ts'

before(() => loadGrammars())

function linesFound(rule: Rule, { language, text, file = 'example' }: Example): number[] {
  const unit = new Unit(file, language, text, contextOf(file))
  return isFor(rule, unit) ? rule.find(unit).map(({ line }) => line) : []
}

for (const rule of RULES) {
  describe(rule.id, () => {
    for (const example of rule.bad) {
      test(`finds line ${example.line ?? 1} of ${JSON.stringify(example.text)}`, () => {
        assert.deepEqual(linesFound(rule, example), [example.line ?? 1])
      })
    }
    for (const example of rule.good) {
      test(`leaves ${JSON.stringify(example.text)}`, () => assert.deepEqual(linesFound(rule, example), []))
    }
  })
}

test('every rule says what it has to, once', () => {
  assert.equal(new Set(RULES.map(({ id }) => id)).size, RULES.length)
  for (const rule of RULES) {
    assert.match(rule.id, /^[a-z]+\/[a-z-]+$/)
    assert.ok(rule.bad.length > 0 && rule.good.length > 0, `${rule.id} has examples of both kinds`)
    assert.ok(CATEGORIES.includes(rule.category))
    for (const sentence of [rule.why, rule.means, rule.recommendation]) assert.match(sentence, /\S.{9,}\.$/s, rule.id)
  }
})
