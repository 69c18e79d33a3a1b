import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { memorySource } from '@millrace/formats'
import type { Backend } from '../../packages/runtime/src/backend.ts'
import { catboostBinaryBackend, catboostJsonBackend } from '../../packages/runtime/src/backends/boosters/catboost/model.ts'
import { lightgbmBackend } from '../../packages/runtime/src/backends/boosters/lightgbm.ts'
import { xgboostBackend } from '../../packages/runtime/src/backends/boosters/xgboost.ts'
import { pickleBackend } from '../../packages/runtime/src/backends/pickle/model.ts'
import { skopsBackend } from '../../packages/runtime/src/backends/skops/model.ts'
import { readMlmodel } from '../../packages/runtime/src/loading/mlmodel.ts'
import { catboostFile, lightgbmFile, xgboostFile } from '../../packages/runtime/src/testing/booster-files.ts'
import { catboostBinary } from '../../packages/runtime/src/testing/catboost-file.ts'
import { loggedFiles } from '../../packages/runtime/src/testing/models.ts'
import { line } from '../../packages/runtime/src/testing/pickle-files.ts'
import { readProfile, writeProfile } from '../../packages/runtime/src/watching/profile.ts'
import { TREE, treeModel } from '../corpus/skops-model.ts'
import { ending, named } from './refusals.ts'
import type { Seed, Target } from './target.ts'

/** Where a test puts models that MLflow logged: conformance/serving. */
export const LOGGED = new URL('../../.cache/fuzz-seeds/', import.meta.url).pathname

const COLUMNS_MAX = 1000
const CELLS = [0, 1, -1, 0.5, Number.NaN, 1e300, 3, Number.POSITIVE_INFINITY]
const ROWS = 4

/** Has a model predict for rows of any numbers, and of texts: what it was read as must hold when it is asked, too. */
function asked(backend: Backend): string {
  const columns = Math.min(backend.inputs ?? 2, COLUMNS_MAX)
  const data = Array.from({ length: columns }, (_, column) =>
    Float64Array.from({ length: ROWS }, (_, row) => CELLS[(row + column) % 8] ?? 0),
  )
  const said = [
    predicted(backend, data),
    predicted(
      backend,
      data.map(() => ['a', '1', '', null]),
    ),
  ]
  return `${backend.kind} ${said.join(' ')}`
}

function predicted(backend: Backend, data: Parameters<Backend['predict']>[0]['data']): string {
  const frame = { rows: ROWS, columns: backend.feature_names?.slice(0, COLUMNS_MAX), data }
  try {
    backend.predictProba?.(frame)
    return `${backend.predict(frame).values.length}`
  } catch (error) {
    return ending(error)
  }
}

/** Small models of a flavor that MLflow logged in this checkout, once the test has run that logs them. */
function logged(flavor: string, ending_with = ''): readonly Seed[] {
  const folder = join(LOGGED, flavor)
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => name.endsWith(ending_with))
  return names.map((name) => ({ name, bytes: readFileSync(join(folder, name)) }))
}

/** A reader of models: what it gives must predict. */
const ofModels = (name: string, seeds: () => readonly Seed[], read: (bytes: Buffer, name: string) => Backend): Target => ({
  name: `serve-${name}`,
  seeds,
  attempt(file, bytes) {
    try {
      return asked(read(bytes, file))
    } catch (error) {
      return ending(error)
    }
  },
})

const PROFILE = [{ name: 'a', rows: 4, missing: 1, other: 0, bins: new Map([['0', 3]]), min: 0, max: 1 }]

/** A profile is refused by a sentence of its own, which loading puts into its refusal. */
function profile(text: string): string {
  try {
    return `${readProfile(text).length} columns`
  } catch (error) {
    const { message } = error as Error
    return message.startsWith('The profile ') ? message : ending(error)
  }
}

function description(text: string): string {
  try {
    const { signature, method, flavors } = readMlmodel(text)
    return `${method} ${[...flavors.keys()].join(' ')} ${signature.inputs?.kind} ${signature.output}`
  } catch (error) {
    return ending(error)
  }
}

const CBM = Buffer.from('CBM')
const readCbm = (bytes: Buffer): Backend => catboostBinaryBackend(memorySource(bytes), 'CatBoostRegressor')

/** A fuzzer for each reader of models that are served. */
export const modelTargets: readonly Target[] = [
  ofModels(
    'skops',
    () => [named('tree.skops', treeModel(TREE)), ...logged('sklearn', '.skops')],
    (bytes) => skopsBackend(memorySource(bytes)),
  ),
  ofModels(
    'pickle',
    () => [named('line.pkl', line()), ...logged('sklearn', '.pkl')],
    (bytes) => pickleBackend(memorySource(bytes)),
  ),
  ofModels(
    'xgboost',
    () => [named('model.json', xgboostFile()), named('model.ubj', xgboostFile({}, {}, 'ubj')), ...logged('xgboost')],
    (bytes) => xgboostBackend(memorySource(bytes), 'xgboost.sklearn.XGBClassifier'),
  ),
  ofModels(
    'lightgbm',
    () => [named('model.lgb', lightgbmFile()), ...logged('lightgbm', '.lgb')],
    (bytes) => lightgbmBackend(bytes.toString('utf8')),
  ),
  ofModels(
    'catboost',
    () => [
      named('o.json', catboostFile()),
      named('t.json', catboostFile('trees')),
      named('o.cbm', catboostBinary()),
      named(
        't.cbm',
        catboostBinary({
          nodes: [
            [0, 1, 0],
            [1, 0, 1],
            [0, 0, 2],
          ],
        }),
      ),
      ...logged('catboost'),
    ],
    (bytes) => (bytes.subarray(0, 3).equals(CBM) ? readCbm(bytes) : catboostJsonBackend(bytes.toString('utf8'), 'CatBoostRegressor')),
  ),
  {
    name: 'serve-mlmodel',
    seeds: () => [named('MLmodel', loggedFiles().MLmodel ?? ''), named('profile.json', writeProfile(PROFILE))],
    attempt: (name, bytes) => (name === 'profile.json' ? profile : description)(bytes.toString('utf8')),
  },
]
