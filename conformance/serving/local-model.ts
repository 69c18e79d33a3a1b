import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { memorySource, readYaml } from '@millrace/formats'
import type { Described, ModelFiles } from '../../packages/runtime/src/backend.ts'

/** The files of a model in a folder, as the runtime hands them to a loader. */
export function localModel(folder: string): ModelFiles {
  const { value } = readYaml(readFileSync(join(folder, 'MLmodel'), 'utf8'))
  const flavors = value instanceof Map ? value.get('flavors') : undefined
  return {
    paths: readdirSync(folder, { recursive: true, encoding: 'utf8' }),
    open: (path) => memorySource(readFileSync(join(folder, path))),
    flavors: new Map([...(flavors as Map<string, Described>)].map(([name, told]) => [name, told instanceof Map ? told : new Map()])),
  }
}
