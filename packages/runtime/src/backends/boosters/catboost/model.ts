import type { Source } from '@millrace/formats'
import { type Backend, type Column, type Frame, InputProblem, type Label, type Prediction } from '../../../backend.ts'
import { refuse } from '../../estimator.ts'
import { greatest, type Inputs, logistic, numbers, select, softmax, twoClasses } from '../../matrix.ts'
import { readCatboostBinary } from './binary.ts'
import { cityHash64 } from './city-hash.ts'
import { inputsOf } from './features.ts'
import type { CatboostFile } from './file.ts'
import { readCatboostJson } from './json.ts'

/** How a category's value is spelt before it is hashed, as CatBoost's Python does it. @throws InputProblem */
function spelt(cell: Column[number] | undefined, row: number, name: string): string {
  if (typeof cell === 'string') return cell
  if (typeof cell === 'boolean') return cell ? '1' : '0'
  if (typeof cell === 'number' && Number.isInteger(cell)) return BigInt(cell).toString()
  const what = typeof cell === 'number' && !Number.isNaN(cell) ? `the number ${cell}` : 'missing'
  throw new InputProblem(`row ${row + 1} of ${name} is ${what}; the model takes texts and whole numbers there, as categories`)
}

const KNOWN_MAX = 4096
const KNOWN_LENGTH_MAX = 64

/**
 * The lower halves of the hashes of texts, by which a model knows its categories. Those of short ones are kept, up to a number: categories
 * come again and again, and a hash takes longer than all trees.
 */
class Hashes {
  readonly #known = new Map<string, number>()

  of(column: Column, rows: number, name: string): Int32Array {
    const made = new Int32Array(rows)
    for (let row = 0; row < rows; row++) {
      const text = spelt(column[row], row, name)
      made[row] = this.#known.get(text) ?? this.#hashed(text)
    }
    return made
  }

  #hashed(text: string): number {
    const hash = Number(BigInt.asIntN(32, cityHash64(Buffer.from(text))))
    if (text.length > KNOWN_LENGTH_MAX) return hash
    if (this.#known.size >= KNOWN_MAX) this.#known.clear()
    this.#known.set(text, hash)
    return hash
  }
}

/** What a model says of each row, before it becomes a prediction. */
function scoresOf({ columns, trees, scale, bias }: CatboostFile, inputs: Inputs): (frame: Frame) => Float64Array {
  const { floats, categories } = columns
  const names = Array.from({ length: inputs.columns }, (_, column) =>
    inputs.names ? JSON.stringify(inputs.names[column]) : `column ${column + 1}`,
  )
  const hashes = new Hashes()
  return (frame) => {
    const selected = select(frame, inputs)
    const { width } = columns
    const rows = new Float32Array(frame.rows * width)
    floats.forEach(({ column, missing }, at) => {
      const values = numbers(selected[column] as Column, names[column] as string)
      for (let row = 0, to = at; row < frame.rows; row++, to += width) {
        const value = values[row] as number
        rows[to] = Number.isNaN(value) ? missing : value
      }
    })
    if (categories.length > 0) {
      const found = categories.map(({ column }) => hashes.of(selected[column] as Column, frame.rows, names[column] as string))
      columns.fill(rows, frame.rows, found)
    }
    const sums = trees.sums(rows, frame.rows, width)
    for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] as number) * scale + (bias[at % bias.length] as number)
    return sums
  }
}

/** The backend of a model in CatBoost's JSON, as the class that MLmodel names predicts. */
export const catboostJsonBackend = (text: string, model_type: string): Backend => backendOf(readCatboostJson(text), model_type)

/** The backend of a model in CatBoost's own format. */
export const catboostBinaryBackend = (source: Source, model_type: string): Backend => backendOf(readCatboostBinary(source), model_type)

function backendOf(file: CatboostFile, model_type: string): Backend {
  const inputs = inputsOf(file.features)
  const { bias, trained } = file
  const { objective, classes } = trained
  const name = model_type.slice(model_type.lastIndexOf('.') + 1)
  const scores = scoresOf(file, inputs)
  const backend = { kind: `CatBoost ${name} (${objective})`, inputs: inputs.columns, ...(inputs.names && { feature_names: inputs.names }) }
  if (name === 'CatBoostClassifier') return { ...backend, classes, ...classifierOf(scores, trained, bias.length) }
  const is_power = name === 'CatBoostRegressor' && (objective === 'Poisson' || objective.startsWith('Tweedie'))
  if (objective === 'RMSEWithUncertainty') refuse(`a CatBoost model with the objective ${objective} is not served`)
  return { ...backend, predict: (frame) => ({ values: is_power ? scores(frame).map(Math.exp) : scores(frame), columns: bias.length }) }
}

function classifierOf(
  scores: (frame: Frame) => Float64Array,
  { objective, classes, threshold }: CatboostFile['trained'],
  outputs: number,
): Required<Pick<Backend, 'predict' | 'predictProba'>> {
  if (!['Logloss', 'CrossEntropy', 'MultiClass', 'MultiClassOneVsAll'].includes(objective))
    refuse(`a CatBoost classifier with the objective ${objective.slice(0, 60)} is not served`)
  if (classes.length < 2 || outputs !== (classes.length === 2 && !objective.startsWith('Multi') ? 1 : classes.length))
    refuse(`the CatBoost model has ${outputs} outputs for ${classes.length} classes`)
  const shares = (frame: Frame): Float64Array => {
    const found = scores(frame)
    if (outputs === 1) return twoClasses(found)
    return objective === 'MultiClass' ? softmax(found, outputs) : found.map(logistic)
  }
  return {
    predict: (frame): Prediction => {
      const found = scores(frame)
      if (outputs > 1) return greatest(found, classes)
      return { values: Array.from(found, (score) => classes[score > threshold ? 1 : 0] as Label), columns: 1 }
    },
    predictProba: (frame) => ({ values: shares(frame), columns: classes.length }),
  }
}
