import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { adHocQuery } from '../handles.ts'
import { automatonOf } from './index.ts'

const MATCHES: readonly (readonly [pattern: string, text: string])[] = [
  ['', ''],
  ['', 'x'],
  ['b', 'abc'],
  ['^abc$', 'abc'],
  ['a.c', 'aéc'],
  ['a.c', 'a🦊c'],
  ['^.$', '🦊'],
  ['(?s)a.c', 'a\nc'],
  ['colou?r', 'a color'],
  ['^(ab|cd)+$', 'abcdab'],
  ['(?P<year>\\d{4})-\\d{2}', 'in 2026-11'],
  ['(?<year>\\d+)', '7'],
  ['[^a-c]', 'abcd'],
  ['[]x]', ']'],
  ['[a-]', '-'],
  ['[\\d-]', '-'],
  ['[\\]\\\\]', '\\'],
  ['\\bcat\\b', 'a cat sat'],
  ['\\Bat', 'cat'],
  ['(?i)ERROR', 'an Error'],
  ['(?i:É)t', 'ét'],
  ['x{2}', 'axx'],
  ['^x{2,3}$', 'xxx'],
  ['^x{,2}$', 'x'],
  ['^x{2,}$', 'xxxx'],
  ['x{a}', 'x{a}'],
  ['\\x41\\u00e9\\U0001F98A', 'Aé🦊'],
  ['\\.\\*\\(\\)', '.*()'],
  ['^(?:)*$', ''],
  ['(?:^|,)b(?:$|,)', 'a,b'],
  ['^(a*)*$', 'aaa'],
  ['a|', 'b'],
  ['^^a', 'a'],
  ['[\\s\\S]', '\n'],
  ['\\Aab\\Z', 'ab'],
  ['^[\\x00-\\x7f]+$', 'plain'],
  ['it\'s \\"quoted\\"', 'it\'s "quoted"'],
]
const MISSES: readonly (readonly [pattern: string, text: string])[] = [
  ['^b', 'abc'],
  ['a.c', 'a\nc'],
  ['^.$', 'ab'],
  ['[^\\d]', '123'],
  ['\\bcat\\b', 'concat'],
  ['error', 'ERROR'],
  ['(?i:a)B', 'ab'],
  ['^x{2,3}$', 'xxxx'],
  ['\\w', 'é'],
  ['a$', 'a\n'],
  ['[b-d]', 'a'],
  ['x\\b', 'xé_'.replace('é', 'y')],
]
const REFUSED: readonly (readonly [pattern: string, why: RegExp])[] = [
  ['(', /never closed/],
  [')', /without its/],
  ['[a', /never closed/],
  ['*a', /nothing to repeat/],
  ['a**', /repeated again/],
  ['a*+', /repeated again/],
  ['(a)\\1', /refers back/],
  ['(?=a)', /kind of group/],
  ['(?<!a)b', /kind of group/],
  ['(?P=x)', /flag 'P'/],
  ['(?m)^a', /flag 'm'/],
  ['(?P<>a)', /a name/],
  ['\\q', /no meaning/],
  ['a\\', /backslash/],
  ['[z-a]', /no range/],
  ['[\\d-z]', /no range/],
  ['a{256}', /at most/],
  ['a{3,2}', /more often/],
  ['\\xg1', /hexadecimal/],
  ['\\U00110000', /hexadecimal/],
  ['((((a{99}){99}){99}){99})', /longer than 1000 steps/],
  ['((((){255}){255}){255}){255}', /longer than 1000 steps/],
  ['('.repeat(60) + ')'.repeat(60), /deeper than/],
  ['a'.repeat(1_001), /1001 characters/],
]

test('a pattern is found in a text, or not, as in Python', () => {
  for (const [pattern, text] of MATCHES) assert.ok(automatonOf(pattern).test(text), `${pattern} in ${text}`)
  for (const [pattern, text] of MISSES) assert.ok(!automatonOf(pattern).test(text), `${pattern} not in ${text}`)
})

test('what cannot be read, or not be matched in time in proportion to the text, is refused with a reason', () => {
  for (const [pattern, why] of REFUSED)
    assert.throws(() => automatonOf(pattern), { code: 'INVALID_PARAMETER_VALUE', message: why }, pattern)
})

/** Numbers that look random and are the same in every run. */
function* numbers(): Generator<number> {
  for (let state = 42; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    yield state >>> 8
  }
}

test('4,000 patterns made by chance answer as JavaScript does', () => {
  const chance = numbers()
  const below = (n: number): number => (chance.next().value as number) % n
  const pick = (from: readonly string[]): string => from[below(from.length)] as string
  const piece = (depth: number): string => {
    const atom =
      depth === 0 || below(3) > 0
        ? pick(['a', 'b', '_', '.', '[ab]', '[^a]', '\\b', '\\B', '^', '$', '\\w', '-'])
        : `(?:${whole(depth - 1)})`
    return /^(\\[bB]|\^|\$)$/.test(atom) ? atom : atom + pick(['', '', '', '*', '+', '?', '{2}', '{1,2}', '{0,1}', '*?'])
  }
  const whole = (depth: number): string => Array.from({ length: 1 + below(3) }, () => piece(depth)).join(pick(['', '', '|']))
  for (let round = 0; round < 4_000; round++) {
    const pattern = whole(2)
    const text = Array.from({ length: below(7) }, () => pick(['a', 'b', '_', '-', '\n', 'é'])).join('')
    assert.equal(automatonOf(pattern).test(text), new RegExp(pattern).test(text), `${JSON.stringify(pattern)} in ${JSON.stringify(text)}`)
  }
})

test('DO-05 patterns that take other engines for ever take time in proportion to the text', () => {
  const text = 'a'.repeat(20_000)
  for (const pattern of [
    '(a+)+$b',
    '(a|a)*c',
    '(a|aa)+$c',
    '(.*a){12}c',
    '([a-z]+)*\\d',
    '(?:a?){200}a{200}b',
    '^(([a-z])+.)+[A-Z]$',
    '.*.*.*=.*',
  ]) {
    const start = process.cpuUsage()
    assert.ok(!automatonOf(pattern).test(text), pattern)
    const { user } = process.cpuUsage(start)
    assert.ok(user < 5_000_000, `${pattern} took ${user} µs`)
  }
  // More sets of ways than are kept.
  const many = `(?:a|b)*a${'(?:a|b)'.repeat(14)}c`
  assert.ok(!automatonOf(many).test(Array.from({ length: 20_000 }, (_, at) => 'ab'[((at * 7919) % 13) & 1]).join('')))
})

overEachDatabase('regular expressions', (open) => {
  test('match in the database what they match here', async () => {
    const db = await open()
    const { dialect } = db.reader
    const value = dialect.name === 'sqlite' ? '?' : '?::text collate "C"'
    const sql = `select x.v as v from (select ${value} as v) x where ${dialect.matches('x.v')}`
    const found = async (pattern: string, text: string) => await db.reader.get(adHocQuery(sql), text, dialect.matchesPattern(pattern))
    for (const [pattern, text] of MATCHES) assert.ok(await found(pattern, text), `${pattern} in ${text}`)
    for (const [pattern, text] of MISSES) assert.equal(await found(pattern, text), undefined, `${pattern} not in ${text}`)
    for (const [pattern] of REFUSED) assert.throws(() => dialect.matchesPattern(pattern), { code: 'INVALID_PARAMETER_VALUE' }, pattern)
  })
})
