import assert from 'node:assert/strict'
import { test } from 'node:test'
import { partsOf } from './markdown-parts.ts'

const show = (text: string): string[] => partsOf(text).map(({ kind, text: shown, href }) => `${kind}:${shown}${href ? `→${href}` : ''}`)

test('text, code, strong, emphasis and links', () => {
  assert.deepEqual(show('a `b` **c** *d* [e](https://x.org/1) http://y.org.'), [
    'text:a ',
    'code:b',
    'text: ',
    'strong:c',
    'text: ',
    'emphasis:d',
    'text: ',
    'link:e→https://x.org/1',
    'text: ',
    'link:http://y.org.→http://y.org.',
  ])
})

for (const address of [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:text/html,<script>1</script>',
  'vbscript:x',
  'file:///etc/passwd',
  '//evil.org',
  ' javascript:alert(1)',
  'java\nscript:1',
]) {
  test(`no link leads to ${JSON.stringify(address)}`, () => {
    assert.deepEqual(
      partsOf(`[click](${address}) ![click](${address}) ${address}`).filter(({ href }) => href !== undefined),
      [],
    )
  })
}

test('a picture is a link: the page asks no other host for it', () => {
  assert.deepEqual(show('![cat](https://x.org/cat.png)'), ['link:cat→https://x.org/cat.png'])
})

test('every link has an address of http or https, whatever stands in its text', () => {
  for (const text of ['[javascript:1](https://x.org)', '[](https://x.org)', 'https://x.org/"onload=1', '[a](https://x.org "t")']) {
    for (const { kind, href } of partsOf(text)) if (kind === 'link') assert.match(href ?? '', /^https?:\/\//)
  }
})

test('HTML is text', () => assert.deepEqual(show('<b>x</b>'), ['text:<b>x</b>']))
test('the pieces stand where they say, and nothing is lost', () => {
  assert.deepEqual(partsOf(''), [])
  assert.deepEqual(
    partsOf('`a` b').map(({ at }) => at),
    [0, 3],
  )
})
