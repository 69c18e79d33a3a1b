import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = new URL('..', import.meta.url).pathname

/** OpenSSF's own program. It needs pyOpenSSL and doesn't say so. */
const PACKAGES = ['model-signing==1.1.1', 'pyOpenSSL==26.4.0']

/** The folder of programs of a virtual environment with model_signing, made at the first call and kept in `.cache/`. @throws as pip does */
export function modelSigningPrograms(): string {
  const venv = join(root, '.cache', 'model-signing')
  const mark = join(venv, 'installed.txt')
  const wanted = PACKAGES.join('\n')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return join(venv, 'bin')
  console.log(`installing ${PACKAGES.join(', ')} from PyPI into .cache/model-signing: a quarter of a minute, once`)
  rmSync(venv, { recursive: true, force: true })
  mkdirSync(join(root, '.cache'), { recursive: true })
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' })
  const python = join(venv, 'bin', 'python')
  execFileSync(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...PACKAGES], { stdio: 'inherit' })
  writeFileSync(mark, wanted)
  return join(venv, 'bin')
}

/** Runs `model_signing`; gives its exit code and all that it said. */
export function modelSigning(args: readonly string[]): { readonly code: number | null; readonly said: string } {
  const { status, stdout, stderr, error } = spawnSync(join(modelSigningPrograms(), 'model_signing'), args, { encoding: 'utf8' })
  if (error) throw error
  return { code: status, said: stdout + stderr }
}
