import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inTurn } from '../tools/in-turn.ts'

const root = new URL('..', import.meta.url).pathname
const version = readFileSync(join(root, 'MLFLOW_VERSION'), 'utf8').trim()

/** What the virtual environment holds: MLflow's own client, and what the examples train with. */
export const MLFLOW = `mlflow==${version}`
const PACKAGES = [MLFLOW, 'boto3']

/**
 * The Python of a virtual environment with MLflow's client, made at the first call and kept in `.cache/`.
 * @throws when Python or PyPI can't be had: a missing client is a failure, never a skip.
 */
export const pythonWithMlflow = (): string => pythonWith(PACKAGES, 'venv')

/** The Python of a virtual environment in a folder of `.cache/`, which holds these packages and what they need. */
export const pythonWith = (packages: readonly string[], folder: string): string => inTurn(folder, () => install(packages, folder))

function install(packages: readonly string[], folder: string): string {
  const venv = join(root, '.cache', folder)
  const python = join(venv, 'bin', 'python')
  const mark = join(venv, 'installed.txt')
  const wanted = packages.join('\n')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return python
  console.log(`installing ${packages.join(', ')} from PyPI into .cache/${folder}: a few minutes, once`)
  rmSync(venv, { recursive: true, force: true })
  mkdirSync(join(root, '.cache'), { recursive: true })
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' })
  execFileSync(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...packages], { stdio: 'inherit' })
  writeFileSync(mark, wanted)
  return python
}

/**
 * A folder of `.cache/` with packages alone, to be put before those of the virtual environment that they share the rest with (PYTHONPATH):
 * another version of MLflow without everything that both need.
 */
export function packagesBeside(packages: readonly string[], folder: string): string {
  const target = join(root, '.cache', folder)
  const mark = join(target, 'installed.txt')
  const wanted = packages.join('\n')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return target
  rmSync(target, { recursive: true, force: true })
  const args = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--no-deps', '--target', target, ...packages]
  execFileSync(pythonWithMlflow(), args, { stdio: 'inherit' })
  writeFileSync(mark, wanted)
  return target
}

/** Runs a Python script; gives what it printed. @throws with its output when it fails. */
export const runPython = (script: string, args: readonly string[], env: Record<string, string>, cwd?: string): Promise<string> =>
  runWith(pythonWithMlflow(), script, args, env, cwd)

/** The same with the Python of another environment. */
export function runWith(
  python: string,
  script: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd?: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, [script, ...args], {
      env: { ...process.env, ...env, PYTHONUNBUFFERED: '1' },
      ...(cwd && { cwd }),
    })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.on('error', reject)
    child.on('exit', (code) => (code === 0 ? resolve(output) : reject(new Error(`${script} exited with ${code}:\n${output.slice(-3000)}`))))
  })
}
