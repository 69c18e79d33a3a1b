import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from '../inspect.ts'

const LENGTH = 300_000
/** Each takes a hundredth of it; what takes the square of its length takes minutes. */
const CPU_MAX_MS = 3_000

type Row = { readonly file: string; readonly begins: readonly string[]; readonly parts: readonly string[] }

const TABLE: readonly Row[] = [
  {
    file: 'requirements.txt',
    begins: ['', 'a==1'],
    parts: [' #', ' ', 'a', '==1!', ',==1', "a;''''#", '@ ', ' --hash', '[a', 'a.', ';a '],
  },
  {
    file: 'x.yaml',
    begins: ['', 'a: '],
    parts: ['a: ', ' ', 'a ', '&a ', '!a ', '!a', '*a ', '- ', '[', '{', "''", '\\"', ' #', ':', '"\\', '!python'],
  },
  { file: 'x.yaml', begins: ['a: "', "a: '", 'a: [', 'a: {b: "', 'a: |\n  ', '- '], parts: ['a\n', '\n', ' a,\n', '\\\n', ' - a\n'] },
  { file: 'MLmodel', begins: ['flavors:\n  f:\n    loader_module: '], parts: ['a.', 'a: ', ' ', '://'] },
  { file: 'python_env.yaml', begins: ['python: ', 'dependencies:\n  - '], parts: ['a', ' #', '==1!', ' '] },
  { file: 'x.jinja', begins: ['', '{{ ', '{{ ['], parts: ['{{', '{%', '{{ }', "['", "'_'", ' | ', 'os.', '__'] },
  { file: 'x.json', begins: ['{"a": "', '['], parts: ['\\\\', 'a', '[', '{', ' ', '1,'] },
  { file: 'x.txt', begins: [':// gh sk- hf_ xox '], parts: ['a.', 'a-', 'sk-', 'ghp_', 'http://a:', '-----BEGIN ', 'AKIA', 'a+'] },
]

for (const { file, begins, parts } of TABLE) {
  test(`DO-01 ${file} of parts that repeat costs what goes with its length, after ${JSON.stringify(begins)}`, () => {
    for (const begin of begins) {
      for (const part of parts) {
        for (const end of ['x', '\u2028x']) {
          const bytes = Buffer.from(begin + part.repeat(LENGTH / part.length) + end)
          const before = process.cpuUsage()
          inspect(file, bytes)
          const { user, system } = process.cpuUsage(before)
          const ms = (user + system) / 1000
          assert.ok(ms < CPU_MAX_MS, `${JSON.stringify([begin, part, end])} took ${Math.round(ms)} ms`)
        }
      }
    }
  })
}

test('RC-15 a line that Python ends at a rare character is no part of a comment', () => {
  const rules = (file: string, text: string): string[] => inspect(file, Buffer.from(text)).findings.map(({ rule }) => rule)
  for (const end of ['\u2028', '\u2029', '\u0085', '\r']) {
    assert.ok(rules('requirements.txt', `numpy==2.0.0 # fine${end}--index-url https://evil.example`).includes('environment/index'))
    assert.ok(rules('x.yaml', `a: b # fine${end}c: !!python/object/apply:os.system ["true"]\n`).includes('yaml/tag'))
  }
})

test('DO-01 anchors that name each other billions of times are followed once each', () => {
  const lines = Array.from({ length: 60 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`)
  assert.equal(inspect('x.yaml', Buffer.from(`a0: &a0 [x, x]\n${lines.join('\n')}\n`)).ending, 'clean')
})

test('quotes and flows go on over several lines', () => {
  const targets = (text: string): string[] => inspect('x.yaml', Buffer.from(text)).findings.map(({ evidence }) => evidence)
  assert.deepEqual(targets('_target_: "a\n  b\n\n  c\\\n  d"\n'), ['_target_: a b\\u000a cd'])
  const flows = 'a: [x,\n  y,\n  {_target_: os.system}]\nb: {_target_:\n  os.popen}\nc: {_target_: os.kill}\n'
  assert.deepEqual(targets(flows).sort(), ['_target_: os.kill', '_target_: os.popen', '_target_: os.system'])
})
