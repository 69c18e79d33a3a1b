import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditFiles } from './audit.ts'
import { isMakefile } from './makefile.ts'

/** The rules and lines that are found in a file of Make. */
async function found(text: string, file = 'Makefile'): Promise<string[]> {
  const { findings } = await auditFiles([{ file, text, context: 'code' }], { name: 'sample' })
  return findings.map(({ rule, line }) => `${rule} ${line}`).sort()
}

test('recipes of a Makefile are read as the shell gets them, each on its line', async () => {
  const text = [
    'install:',
    '\t@curl -s https://get.example | bash',
    '\t-docker login -u ml -p Tr0ub4dor3 registry.example',
    'serve: install',
    "\tawk 'BEGIN {x}' $(MAKEFILE_LIST) | sort | \\",
    '\t\thead',
    '',
    '\t$(PYTHON) -m uvicorn app:app \\',
    '\t\t--host 0.0.0.0',
  ].join('\n')
  assert.deepEqual(await found(text), ['credentials/argument 3', 'download/run 2', 'exposure/bind 8'])
})

test('variables of a Makefile are read, however they are set, and those of one target, too', async () => {
  for (const line of [
    'DB_PASSWORD = Tr0ub4dor-3',
    'DB_PASSWORD := Tr0ub4dor-3',
    'export DB_PASSWORD ?= Tr0ub4dor-3',
    'deploy: DB_PASSWORD := Tr0ub4dor-3',
    '  override DB_PASSWORD ::= Tr0ub4dor-3',
  ])
    assert.deepEqual(await found(`all:\n${line}\n`), ['credentials/assigned 2'], line)
  assert.deepEqual(await found('V := $(shell curl -s https://get.example | sh)\n', 'build.mk'), ['download/run 1'])
})

test('what Make fills in is no fixed value and no command, and what is no assignment no variable', async () => {
  const text = [
    'DB_PASSWORD ?= $(shell cat /run/secrets/db-1)',
    'API_KEY := $(VAULT_KEY_1)',
    'TOKEN = $(call read,token-1)',
    'token: secret-1 password-2',
    '# PASSWORD = Tr0ub4dor-3',
    'deploy:',
    '\tdocker login -u ml -p $(PASSWORD) $(foreach r,$(REGISTRIES),$(addprefix https://,$r))',
    '\tfor i in 1 2; do echo $$i $< $@ $^; done',
    '\techo "DB_PASSWORD=$$DB_PASSWORD" > .env',
  ].join('\n')
  assert.deepEqual(await found(text), [])
})

test('files of Make are known by their names', () => {
  for (const file of ['Makefile', 'a/makefile', 'GNUmakefile', 'Makefile.dev', 'rules.mk']) assert.ok(isMakefile(file), file)
  for (const file of ['Makefile/readme', 'MyMakefile', 'cmake.txt', 'mk']) assert.ok(!isMakefile(file), file)
})
