import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commands } from './commands.ts'
import { helpFor } from './help.ts'
import { forPeople } from './log.ts'
import { nearest } from './nearest.ts'
import { newFolder, run, start } from './testing/command.ts'

for (const command of commands) {
  test(`millrace ${command.name} --help tells every flag, and examples`, async () => {
    const { code, out } = await run([...command.name.split(' '), '--help'])
    assert.equal(code, 0)
    assert.equal(out, helpFor(command))
    for (const { flag } of command.options) assert.ok(out.includes(`--${flag}`), flag)
    assert.match(out, /\nExamples\n {2}\S/)
    assert.ok(out.split('\n').every((line) => line.length <= 140))
  })
}

test('no command is an overview and exit code 2; --help is 0; a mistyped one is corrected', async () => {
  const bare = await run([])
  assert.equal(bare.code, 2)
  assert.match(bare.out, /Exit codes/)
  assert.equal((await run(['--help'])).code, 0)
  assert.match((await run(['sevrer'])).err, /Did you mean millrace server\?/)
  assert.match((await run(['db', 'upgrad'])).err, /one of db upgrade, db check/)
})

test('the first word of several commands tells them when it is asked for help', async () => {
  for (const words of [
    ['rollout', '--help'],
    ['rollout', '-h'],
    ['help', 'rollout'],
  ]) {
    const { code, out } = await run(words)
    assert.equal(code, 0, words.join(' '))
    const told = out.split('\n').flatMap((line) => /^ {2}(rollout \S+)/.exec(line)?.[1] ?? [])
    assert.deepEqual(
      told,
      commands.flatMap(({ name }) => (name.startsWith('rollout ') ? [name] : [])),
    )
  }
  assert.equal((await run(['help', 'rollout', 'start'])).out, (await run(['rollout', 'start', '--help'])).out)
})

test('the nearest word is the one with the fewest typing errors', () => {
  assert.equal(nearest('--prot', ['--host', '--port']), '--port')
  assert.equal(nearest('--backend-store-url', ['--registry-store-uri', '--backend-store-uri']), '--backend-store-uri')
  assert.equal(nearest('--zzz', ['--host', '--port']), undefined)
})

test('bash completes commands and flags', async () => {
  const { out } = await run(['completion', 'bash'])
  const dir = newFolder()
  const script = join(dir, 'try.sh')
  const ask = (words: string[]): string =>
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _millrace; echo "\${COMPREPLY[*]}"\n`
  writeFileSync(
    script,
    out +
      ask(['millrace', 'serv']) +
      ask(['millrace', 'server', '--por']) +
      ask(['millrace', 'db', 'u']) +
      ask(['millrace', 'secrets', 'rotate', '--data']),
  )
  const [command, flag, sub, flagOfSub] = execFileSync('bash', [script], { encoding: 'utf8' }).split('\n')
  assert.deepEqual([command, flag, sub, flagOfSub], ['server', '--port', 'upgrade', '--data-dir'])
  for (const shell of ['zsh', 'fish']) assert.match((await run(['completion', shell])).out, /complete .*millrace/)
  assert.equal((await run(['completion', 'cmd'])).code, 2)
})

test('a line of the log for people holds no control characters and keeps its fields', () => {
  const line = forPeople(JSON.stringify({ level: 40, time: '2026-01-02T03:04:05.000Z', msg: 'a\nb\u001b[2J', status: 404 }))
  assert.match(line, /warn {2}a\\u000ab\\u001b\[2J status=404\n$/)
})

test('who reads no further, as head does, ends nothing: no stack, and the exit code stays', async () => {
  const { process: child, ended } = start(['scan', '--help'])
  child.stdout?.destroy()
  assert.deepEqual(await ended, { code: 0, out: '', err: '' })
})
