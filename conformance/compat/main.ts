// `npm run compat -- --git GIT_DIR [--suite DIR] [--work DIR] [--backend postgres]
//   [--mode client|serving] [-- PYTEST ARGS]`
//
// Runs MLflow's own tests against Millrace. They are not part of this repository: `--suite` names a folder with a program `run` that takes
// them from a git repository, installs what they need, and leaves pytest's report in its working folder.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '../../tools/test/postgres.ts'
import { judge, readExpected, readOutcomes } from './verdict.ts'

const root = new URL('../..', import.meta.url).pathname
const here = new URL('.', import.meta.url).pathname
const USAGE =
  'usage: npm run compat -- --git GIT_DIR [--suite DIR] [--work DIR] [--backend sqlite|postgres] [--mode server|client|serving] ' +
  '[-- PYTEST ARGS]'

const { values: flags, positionals: pytest } = parseArgs({
  allowPositionals: true,
  options: {
    git: { type: 'string' },
    suite: { type: 'string', default: process.env.MILLRACE_COMPAT_SUITE ?? join(root, '..', 'shared', 'compat') },
    work: { type: 'string', default: join(root, '.cache', 'compat') },
    backend: { type: 'string', default: 'sqlite' },
    mode: { type: 'string', default: 'server' },
  },
})

function fail(sentence: string): never {
  console.error(sentence)
  process.exit(2)
}

if (!flags.git || !['sqlite', 'postgres'].includes(flags.backend) || !['server', 'client', 'serving'].includes(flags.mode)) fail(USAGE)
const program = join(flags.suite, 'run')
if (!existsSync(program)) fail(`${program} is not there: name the folder of the suite with --suite or MILLRACE_COMPAT_SUITE.`)
// Which tests count: for a client and for models that are served the suite has no list, so ours names those that MLflow itself passed.
const { mode } = flags
const applicableFile = mode === 'server' ? join(flags.suite, 'applicable.txt') : join(here, `${mode}-applicable.txt`)
const expectedFile = join(here, mode === 'server' ? 'expected-failures.txt' : `expected-failures-${mode}.txt`)
const applicable = new Set(readFileSync(applicableFile, 'utf8').split('\n').filter(Boolean))
const expected = readExpected(readFileSync(expectedFile, 'utf8'))
mkdirSync(flags.work, { recursive: true })
// As the tests see the folder that they run in, whose name they compare: `.cache` may be a link.
const work = realpathSync(resolve(flags.work))
const resultFile = join(work, 'result.xml')
rmSync(resultFile, { force: true })

// Tests name places for their artifacts in the system's temp folder and, by relative paths, in the folder that they run in.
const PLACES = `${tmpdir()},${join(work, 'suite')}`
// The suite's receivers of webhooks listen on this machine.
const WEBHOOKS = { MILLRACE_WEBHOOK_ALLOWED_HOSTS: 'localhost' }

// MLflow's tests read the admin's name and password from the file of its login, as its server does; here both get one with a password that
// nobody knows. What is left, a test that spells out the well-known one, gets this one by a plugin.
const AUTH_CONFIG = join(work, 'auth.ini')
writeFileSync(
  AUTH_CONFIG,
  `[mlflow]
default_permission = READ
database_uri = sqlite:///basic_auth.db
admin_username = admin
admin_password = ${randomBytes(18).toString('base64url')}
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
`,
  { mode: 0o600 },
)
// A test starts its server without this environment.
const LOGIN_FLAG = `--auth-config ${AUTH_CONFIG}`
const plugin = mode === 'serving' ? 'models_serve' : 'admin_password'
mkdirSync(join(work, 'suite'), { recursive: true })
copyFileSync(join(here, `${plugin}.py`), join(work, 'suite', `${plugin}.py`))
const LOGIN = { MLFLOW_AUTH_CONFIG_PATH: AUTH_CONFIG, PYTEST_ADDOPTS: `-p ${plugin}` }
// Where models are served no tracking server is asked for: the command is the one that serves.
const SERVING = {
  COMPAT_MILLRACE: join(root, 'millrace'),
  COMPAT_MLFLOW_VERSION: readFileSync(join(root, 'MLFLOW_VERSION'), 'utf8').trim(),
}
if (mode === 'serving' && pytest.length === 0) pytest.push('tests/pyfunc/test_scoring_server.py')

function runSuite(server: string, env: Record<string, string>): Promise<number | null> {
  const args = [
    '--git',
    resolve(flags.git as string),
    '--server',
    server,
    '--work',
    work,
    '--mode',
    mode === 'client' ? 'client' : 'server',
  ]
  if (pytest.length > 0) args.push('--', ...pytest)
  return new Promise((done, reject) => {
    // What the suite prints names every failure, the expected ones too: pytest's report says it all.
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        MILLRACE_ALLOWED_ARTIFACT_ROOTS: PLACES,
        ...process.env,
        COMPAT_APPLICABLE: applicableFile,
        ...WEBHOOKS,
        ...LOGIN,
        ...SERVING,
        ...env,
      },
    })
    child.on('error', reject)
    child.on('exit', done)
  })
}

async function runOverPostgres(): Promise<number | null> {
  const postgres = await startPostgres()
  try {
    const { host, username, password } = new URL(postgres.uri)
    const server = `${process.execPath} --conditions=source ${join(here, 'server-on-postgres.ts')} server ${LOGIN_FLAG}`
    return await runSuite(server, { COMPAT_POSTGRES: host, PGUSER: username, PGPASSWORD: password })
  } finally {
    await postgres.stop()
  }
}

const code = flags.backend === 'postgres' ? await runOverPostgres() : await runSuite(`${join(root, 'millrace')} server ${LOGIN_FLAG}`, {})
if (!existsSync(resultFile)) fail(`the suite gave no result (its run exited with ${code}): see ${join(work, 'result.log')}`)
const outcomes = readOutcomes(readFileSync(resultFile, 'utf8'))
const problems = judge(outcomes, expected, applicable)
for (const problem of problems) console.log(problem)
const counted = [...outcomes].filter(([name]) => applicable.has(name))
const passed = counted.filter(([, { passed }]) => passed).length
console.log(
  `${passed} of ${counted.length} applicable tests passed over ${flags.backend}; ` +
    `${expected.size} are expected to fail; ${problems.length} problems`,
)
process.exitCode = problems.length > 0 || counted.length === 0 ? 1 : 0
