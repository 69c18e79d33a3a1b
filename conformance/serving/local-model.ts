import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { memorySource } from '@millrace/formats'
import type { ModelFiles } from '../../packages/runtime/src/backend.ts'
import { readMlmodel } from '../../packages/runtime/src/loading/mlmodel.ts'

/** The files of a model in a folder, as the runtime hands them to a loader. */
export function localModel(folder: string): ModelFiles {
  return {
    paths: readdirSync(folder, { recursive: true, encoding: 'utf8' }),
    open: (path) => memorySource(readFileSync(join(folder, path))),
    reads_pickles: true,
    flavors: readMlmodel(readFileSync(join(folder, 'MLmodel'), 'utf8')).flavors,
  }
}
