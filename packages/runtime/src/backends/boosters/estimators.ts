import type { Frame } from '../../backend.ts'
import { Blob, type Estimator, refuse } from '../estimator.ts'
import { type Compile, classesOf } from '../sklearn/fitted.ts'
import { compileLightgbm, lightgbmClassifier } from './lightgbm.ts'
import { classifierOf, readXgboost } from './xgboost.ts'

const names = (library: string, prefix: string, kinds: readonly string[]): string[] =>
  kinds.map((kind) => `${library}.sklearn.${prefix}${kind}`)
const XGBOOST = names('xgboost', 'XGB', ['Classifier', 'Regressor', 'Ranker', 'RFClassifier', 'RFRegressor'])
const LIGHTGBM = names('lightgbm', 'LGBM', ['Classifier', 'Regressor', 'Ranker'])
const INERT = ['xgboost.core.Booster', 'lightgbm.basic.Booster']

/** scikit-learn's interface of a booster, as it stands in a file of skops: on its own, or as a step of a pipeline. */
const boosted = new Set([...XGBOOST, ...LIGHTGBM])
export const isBooster = (name: string): boolean => boosted.has(name)
/** Whether a class of XGBoost or LightGBM may stand in a file. */
export const isKnownBooster = (name: string): boolean => boosted.has(name) || INERT.includes(name)

/** What makes functions of a booster's estimator; undefined for any other class. */
export function compilerOf(name: string): Compile | undefined {
  if (XGBOOST.includes(name)) return xgboostEstimator
  return LIGHTGBM.includes(name) ? lightgbmEstimator : undefined
}

const xgboostEstimator: Compile = (estimator) => {
  const handle = estimator.part('_Booster').any('handle')
  if (!(handle instanceof Blob)) return estimator.refuse('_Booster', 'holds no model')
  const missing = estimator.any('missing')
  if (missing !== null && !(typeof missing === 'number' && Number.isNaN(missing)))
    estimator.refuse('missing', 'is set to a number, which is not served')
  const booster = readXgboost(handle.source, true)
  const { inputs, groups } = booster
  if (!estimator.name.endsWith('Classifier')) {
    return { inputs, predict: (frame: Frame) => ({ values: Float64Array.from(booster.scores(frame)), columns: groups }) }
  }
  if (booster.objective !== 'binary:logistic' && !booster.objective.startsWith('multi:')) {
    refuse(`an ${estimator.name} with the objective ${booster.objective} is not served`)
  }
  const classes = Array.from({ length: Math.max(2, groups) }, (_, label) => label)
  return { inputs, classes, ...classifierOf(booster, classes) }
}

const lightgbmEstimator: Compile = (estimator) => {
  const model = compileLightgbm(textOf(estimator))
  const { inputs, groups } = model
  if (estimator.name !== 'LGBMClassifier') return { inputs, predict: (frame: Frame) => ({ values: model.predict(frame), columns: groups }) }
  const classes = classesOf(estimator, '_classes')
  return { inputs, classes, ...lightgbmClassifier(model, classes) }
}

function textOf(estimator: Estimator): string {
  const booster = estimator.part('_Booster')
  return booster.text(booster.has('_handle') ? '_handle' : 'handle')
}
