/** Serves logged models by reading their data: nothing that a model contains is executed. */
export {
  type Backend,
  type Cell,
  type Column,
  type Described,
  type Frame,
  InputProblem,
  type Label,
  type Loader,
  type ModelFiles,
  type Prediction,
} from './backend.ts'
export { Refused, type Step } from './refused.ts'
