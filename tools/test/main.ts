// `npm test`: everything. `npm test -- PATH...`: the tests below these paths, with the databases they need.
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { startPostgres } from './postgres.ts'

const root = new URL('../..', import.meta.url).pathname
const paths = process.argv.slice(2)

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  return new Promise((resolve) => {
    spawn(command, args, { cwd: root, stdio: 'inherit', env }).on('exit', (code) => resolve(code ?? 1))
  })
}

async function step(name: string, work: () => Promise<number>): Promise<void> {
  const started = performance.now()
  const code = await work()
  console.log(`${code === 0 ? 'ok' : 'FAILED'}: ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  if (code !== 0) process.exitCode = 1
}

async function tests(files: readonly string[]): Promise<number> {
  if (files.length === 0) throw new Error(`there is no test below ${paths.join(', ')}`)
  const postgres = await startPostgres()
  try {
    const args = [
      '--conditions=source',
      '--test',
      '--test-reporter=./tools/test/reporter.ts',
      '--test-reporter-destination=stdout',
      ...files,
    ]
    return await run(process.execPath, args, { ...process.env, MILLRACE_TEST_POSTGRES: postgres.uri })
  } finally {
    await postgres.stop()
  }
}

const below = (path: string): string[] => (path.endsWith('.ts') ? [path] : globSync(`${path}/**/*.test.ts`, { cwd: root }))

if (paths.length > 0) {
  process.exitCode = await tests(paths.flatMap(below))
} else {
  await step('format and lint', () => run('node_modules/.bin/biome', ['check', '.']))
  await step('types', () => run('node_modules/.bin/tsc', ['--noEmit']))
  await step('tests', () => tests(['packages', 'tools', 'conformance'].flatMap(below).sort()))
}
