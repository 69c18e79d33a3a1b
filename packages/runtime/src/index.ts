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
export type { SandboxRules } from './backends/sandbox/bubblewrap.ts'
export { type Batch, predictRows } from './batch/batch.ts'
export type { Format } from './batch/writers.ts'
export { type LoadOptions, loadModel } from './loading/load.ts'
export { LIMITS, type Limits } from './protocols/limits.ts'
export { Refused, type Step } from './refused.ts'
export type { Models } from './serving/models.ts'
export { type Method, predict, type Served } from './serving/served.ts'
export { type Running, type StartOptions, startServing } from './serving/start.ts'
export { Profiler, readProfile, writeProfile } from './watching/profile.ts'
export type { WatchingRules } from './watching/watching.ts'
