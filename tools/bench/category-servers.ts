import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pythonWithModels } from '../../conformance/serving/python.ts'
import { millrace, type Rows, type Served, split } from './serving-servers.ts'

const root = new URL('../..', import.meta.url).pathname

/** By folder: what it is called, and whether its categories come as texts or as the numbers that the model was trained with. */
const MODELS = {
  numbers: ['Forest over numbers alone', 'codes'],
  onehot: ['Forest behind OneHotEncoder', 'texts'],
  ordinal: ['HistGradientBoosting behind OrdinalEncoder', 'texts'],
  lightgbm: ['LightGBM, categorical columns', 'codes'],
  xgboost: ['XGBoost, categorical columns', 'codes'],
  'catboost-numbers': ['CatBoost over numbers alone', 'codes'],
  'catboost-onehot': ['CatBoost, one-hot', 'texts'],
  catboost: ['CatBoost, statistics of categories', 'texts'],
} as const

/** Trains models over categories into a folder of their own, and gives each with the rows that it is asked for. */
export function overCategories(folder: string): readonly (Served & { readonly rows: Rows })[] {
  mkdirSync(folder, { recursive: true })
  execFileSync(pythonWithModels(), [join(root, 'tools/bench/train_categories.py'), folder], { stdio: ['ignore', 'ignore', 'pipe'] })
  const rowsOf = (name: string): Rows => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
  const all = { texts: rowsOf('texts'), codes: rowsOf('codes') }
  return Object.entries(MODELS).map(([name, [title, kind]]) => ({
    title,
    command: millrace(join(folder, name)),
    ready: '/ping',
    path: '/invocations',
    body: split(all[kind].columns),
    is_ours: true,
    rows: all[kind],
  }))
}
