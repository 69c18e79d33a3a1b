import type { Columns } from './columns.ts'
import type { Feature, Trained } from './features.ts'
import type { CatboostTrees } from './trees.ts'

/** A model of CatBoost as either of its formats has it, read and checked. */
export type CatboostFile = {
  /** All columns of training, those that nothing asks too. */
  readonly features: readonly Feature[]
  readonly columns: Columns
  readonly trees: CatboostTrees
  readonly scale: number
  readonly bias: Float64Array
  readonly trained: Trained
}
