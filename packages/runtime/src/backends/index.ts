import type { Backend, Described, Loader, ModelFiles, RemoteBackend } from '../backend.ts'
import { Refused } from '../refused.ts'
import { catboostBinaryBackend, catboostJsonBackend } from './boosters/catboost/model.ts'
import { lightgbmBackend } from './boosters/lightgbm.ts'
import { xgboostBackend } from './boosters/xgboost.ts'
import { onnxBackend } from './onnx/model.ts'
import { pickleBackend } from './pickle/model.ts'
import { skopsBackend } from './skops/model.ts'

const MIB = 1024 * 1024
const TEXT_MAX_BYTES = 512 * MIB

/** Models whose files are read here, each by what MLmodel names. The first that knows a model's flavor reads it. */
export const LOADERS: readonly Loader[] = [xgboost, lightgbm, catboost, sklearn, onnx]

async function sklearn(files: ModelFiles): Promise<Backend | undefined> {
  const flavor = files.flavors.get('sklearn')
  if (!flavor) return undefined
  const path = pathIn(files, flavor, ['pickled_model', 'data'])
  return reading(path, () => skops(files, path))
}

async function xgboost(files: ModelFiles): Promise<Backend | undefined> {
  const flavor = files.flavors.get('xgboost')
  if (!flavor) return undefined
  const path = pathIn(files, flavor, ['data'])
  return reading(path, () => xgboostBackend(files.open(path), word(flavor.get('model_class')) ?? 'xgboost.core.Booster'))
}

async function lightgbm(files: ModelFiles): Promise<Backend | undefined> {
  const flavor = files.flavors.get('lightgbm')
  if (!flavor) return undefined
  const path = pathIn(files, flavor, ['data'])
  return reading(path, () => {
    if (!path.endsWith('.lgb')) return skops(files, path)
    return lightgbmBackend(textOf(files, path))
  })
}

async function catboost(files: ModelFiles): Promise<Backend | undefined> {
  const flavor = files.flavors.get('catboost')
  if (!flavor) return undefined
  const path = pathIn(files, flavor, ['data'])
  const format = word(flavor.get('save_format')) ?? 'cbm'
  const model_type = word(flavor.get('model_type')) ?? 'CatBoost'
  if (format === 'cbm') return reading(path, () => catboostBinaryBackend(files.open(path), model_type))
  if (format === 'json') return reading(path, () => catboostJsonBackend(textOf(files, path), model_type))
  throw new Refused('read', `${path} is in the format ${format}; of CatBoost's, cbm and json are served: log the model without format=.`)
}

async function onnx(files: ModelFiles): Promise<RemoteBackend | undefined> {
  const flavor = files.flavors.get('onnx')
  if (!flavor) return undefined
  const path = pathIn(files, flavor, ['data'])
  return reading(path, () => onnxBackend(files, path))
}

function textOf(files: ModelFiles, path: string): string {
  const source = files.open(path)
  if (source.size > TEXT_MAX_BYTES) throw new Error(`it has more than ${TEXT_MAX_BYTES / MIB} MiB`)
  return source.read(0, source.size).toString('utf8')
}

function skops(files: ModelFiles, path: string): Backend {
  if (path.endsWith('.skops')) return skopsBackend(files.open(path))
  if (files.reads_pickles === true) return pickleBackend(files.open(path))
  throw new Refused(
    'read',
    `${path} is a pickle: loading it would run code. Log the model with serialization_format="skops", or have its data read ` +
      'without running anything: --read-pickles.',
  )
}

/** The file that a flavor names; MLflow may name the folder's `data` in front of it. */
function pathIn(files: ModelFiles, flavor: ReadonlyMap<string, Described>, keys: readonly string[]): string {
  for (const key of keys) {
    const name = word(flavor.get(key))
    const found = name !== undefined && [name, `data/${name}`].find((path) => files.paths.includes(path))
    if (found) return found
  }
  throw new Refused('read', `MLmodel names no file of the model that there is (${keys.join(', ')}). Log the model again.`)
}

const word = (value: Described | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** Whatever a reader says of bytes that are wrong is why the model is not served. */
async function reading<Read extends Backend | RemoteBackend>(path: string, read: () => Read | Promise<Read>): Promise<Read> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Refused) throw error
    const why = error instanceof RangeError ? 'it asks for more memory than there is' : (error as Error).message
    throw new Refused('read', `${path} can't be read: ${why}`, { cause: error })
  }
}
