import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { useOnnxRuntime } from '../../conformance/onnxruntime.ts'
import { pythonWith } from '../../conformance/python.ts'
import { pythonWithModels } from '../../conformance/serving/python.ts'
import type { Command } from './driver.ts'

const root = new URL('../..', import.meta.url).pathname
/** MLServer reads the forest from a pickle, so that it gets the scikit-learn that wrote it; it does not start with a newer uvloop. */
function pythonWithMlserver(): string {
  const version = execFileSync(pythonWithModels(), ['-c', 'import sklearn; print(sklearn.__version__)'], { encoding: 'utf8' }).trim()
  return pythonWith(['mlserver==1.7.1', 'mlserver-sklearn==1.7.1', `scikit-learn==${version}`, 'uvloop<0.22'], 'mlserver')
}

/** One server with one model, and how it is asked: the columns of the table. */
export type Served = {
  readonly title: string
  readonly command: Command
  /** Answers 200 when the model can predict. */
  readonly ready: string
  readonly path: string
  readonly body: (row: Row) => string
  /** Whether it is Millrace: the others are not asked at 1,000 requests a second, which they can't answer. */
  readonly is_ours: boolean
}

/** The rows that are asked for. */
export type Row = readonly (number | string)[]
export type Rows = { readonly columns: readonly string[]; readonly data: readonly Row[] }

/** Trains the models into a folder, which is made anew, and gives the rows. */
export function train(folder: string): Rows {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const python = pythonWithModels()
  execFileSync(python, [join(root, 'tools/bench/train_serving.py'), folder], { stdio: ['ignore', 'ignore', 'pipe'] })
  const settings = { name: 'forest', implementation: 'mlserver_sklearn.SKLearnModel', parameters: { uri: './model.joblib', version: '1' } }
  writeFileSync(join(folder, 'mlserver', 'model-settings.json'), JSON.stringify(settings))
  // With a worker of its own process each request is pickled twice, which MLServer's manual advises against for small models.
  writeFileSync(join(folder, 'mlserver', 'settings.json'), JSON.stringify({ parallel_workers: 0, host: '127.0.0.1' }))
  return JSON.parse(readFileSync(join(folder, 'rows.json'), 'utf8'))
}

const program = join(root, 'millrace')

/** `millrace models serve` of an address, and what it is asked by its own name of the model. */
export const millrace = (uri: string, env: Record<string, string> = {}, more: readonly string[] = []): Command => ({
  command: [program, 'models', 'serve', '-m', uri, '--port', '{port}', ...more],
  env,
})

const split = (columns: readonly string[]) => (row: Row) => JSON.stringify({ dataframe_split: { columns, data: [row] } })
const matrix = (row: Row) => JSON.stringify({ inputs: [row] })
const tensor = (row: Row) => JSON.stringify({ inputs: [{ name: 'rows', shape: [1, row.length], datatype: 'FP64', data: row }] })

/** Everything that is measured, but the rollout, whose registry runs for it alone. */
export function served(folder: string, { columns }: Rows): readonly Served[] {
  const invocations = { ready: '/ping', path: '/invocations', body: split(columns) }
  const ours = { ...invocations, is_ours: true }
  const forest = millrace(join(folder, 'forest'))
  const bin = join(pythonWithModels(), '..')
  const mlflow = ['models', 'serve', '-m', join(folder, 'forest'), '-h', '127.0.0.1', '-p', '{port}', '--env-manager', 'local', '-w', '1']
  return [
    { ...ours, title: FOREST, command: forest },
    { ...ours, title: 'Millrace, the same by V2', command: forest, path: '/v2/models/forest/infer', body: tensor },
    { ...ours, title: XGBOOST, command: millrace(join(folder, 'xgboost')) },
    { ...ours, title: ONNX, command: millrace(join(folder, 'onnx'), { MILLRACE_ONNXRUNTIME: useOnnxRuntime() }), body: matrix },
    {
      ...invocations,
      title: MLFLOW_TITLE,
      is_ours: false,
      command: {
        command: [join(bin, 'mlflow'), ...mlflow],
        env: { PATH: `${bin}:${process.env.PATH}`, MLFLOW_DISABLE_TELEMETRY: 'true' },
      },
    },
    {
      title: MLSERVER_TITLE,
      is_ours: false,
      ready: '/v2/models/forest/ready',
      path: '/v2/models/forest/infer',
      body: tensor,
      command: {
        command: [join(pythonWithMlserver(), '..', 'mlserver'), 'start', join(folder, 'mlserver')],
        env: { MLSERVER_HTTP_PORT: '{port}', MLSERVER_GRPC_PORT: '{second}', MLSERVER_METRICS_PORT: '{third}' },
      },
    },
  ]
}

export const FOREST = 'Millrace, forest'
export const ROLLOUT = 'Millrace, forest in a rollout'
export const XGBOOST = 'Millrace, XGBoost of 500 trees'
export const ONNX = 'Millrace, forest in ONNX'
export const MLFLOW_TITLE = 'MLflow 3.17.2, forest'
export const MLSERVER_TITLE = 'MLServer 1.7.1, forest'
export { split }
