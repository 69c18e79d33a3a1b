import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ONNX_RUNTIME } from '../packages/runtime/src/backends/onnx/model.ts'
import { inTurn } from '../tools/in-turn.ts'

const folder = join(new URL('..', import.meta.url).pathname, '.cache', ONNX_RUNTIME)

/**
 * Lets this process, and those that it starts, find ONNX Runtime: in `.cache/`, where it is installed at the first call.
 * @throws when npm can't get it: a missing package is a failure, never a skip
 */
export function useOnnxRuntime(): string {
  inTurn('onnxruntime', () => {
    if (existsSync(join(folder, 'installed.txt'))) return
    console.log(`installing ${ONNX_RUNTIME} into .cache: half a minute, once`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' }
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--save-exact', ONNX_RUNTIME], { cwd: folder, env, stdio: 'pipe' })
    writeFileSync(join(folder, 'installed.txt'), '')
  })
  process.env.MILLRACE_ONNXRUNTIME = folder
  return folder
}
