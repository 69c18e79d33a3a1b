import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pythonWith } from './python.ts'

/** OpenSSF's own program. It needs pyOpenSSL and doesn't say so. */
const PACKAGES = ['model-signing==1.1.1', 'pyOpenSSL==26.4.0']

/** The folder of programs of a virtual environment with model_signing. @throws as pip does */
export const modelSigningPrograms = (): string => join(pythonWith(PACKAGES, 'model-signing'), '..')

/** Runs `model_signing`; gives its exit code and all that it said. */
export function modelSigning(args: readonly string[]): { readonly code: number | null; readonly said: string } {
  // Not the program that pip wrote: in it stands the path that the environment had when it was made.
  const python = join(modelSigningPrograms(), 'python')
  const { status, stdout, stderr, error } = spawnSync(python, ['-m', 'model_signing', ...args], { encoding: 'utf8' })
  if (error) throw error
  return { code: status, said: stdout + stderr }
}
