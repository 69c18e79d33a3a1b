import { createReadStream, createWriteStream, ReadStream, statSync, writeFileSync } from 'node:fs'
import type { Format } from '@millrace/runtime'
import { ConfigProblem, type Option } from '@millrace/server/config'
import { type Command, EXIT } from '../command.ts'
import { textOf } from '../signing/key-options.ts'
import { trackingOption } from '../signing/tracking-option.ts'
import { modelOption, picklesOption, refusalOf, registryClient, trustIn, trustOptions, urisIn } from './model-options.ts'
import { Progress } from './progress.ts'

/** Larger pieces than Node's own are fewer, and are looked through faster. */
const READING = { highWaterMark: 1024 * 1024 }

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Rows' })

// Named here as well: a command's file loads the runtime when it runs, and not before.
const FORMATS: readonly Format[] = ['csv', 'jsonl', 'parquet']
const WORDS = 'csv, jsonl or parquet'

const options: readonly Option[] = [
  { ...modelOption, about: 'models:/name/3, models:/name@alias, or the folder of a logged model' },
  picklesOption,
  own({ flag: 'input-path', short: 'i', value: '<file>', fallback: '- for standard input', about: 'The rows: .csv, .jsonl or .parquet' }),
  own({
    flag: 'output-path',
    short: 'o',
    value: '<file>',
    fallback: '- for standard output',
    about: 'The predictions: .csv, .jsonl or .parquet',
  }),
  own({ flag: 'input-format', value: '<format>', about: `Where the name does not say it: ${WORDS}` }),
  own({ flag: 'output-format', value: '<format>', about: `Where the name does not say it: ${WORDS}` }),
  own({ flag: 'profile', value: '<file>', about: 'Write what the rows look like, to compare requests with: for the training data' }),
  own({ flag: 'proba', about: 'Predict the probability of each class' }),
  ...trustOptions,
  trackingOption,
]

/** `millrace models predict` */
export const modelsPredict: Command = {
  name: 'models predict',
  about: 'Predict for the rows of a file, without Python and without executing anything a model contains',
  options,
  details:
    'The rows are read, predicted and written in pieces, so that files may be larger than memory. CSV has names in its first line; JSON ' +
    'Lines has an object a line; Parquet is read and written in row groups, and is read from a file, never from a pipe. A terminal shows ' +
    'how far it came. A row that does not fit the signature ends the run, and the message says which.',
  examples: [
    ['millrace models predict -m ./model -i train.csv -o /dev/null --profile millrace-profile.json', 'what the training data looks like'],
    ['millrace models predict -m models:/churn@champion -i rows.csv -o predictions.csv', 'a file'],
    ['millrace models predict -m ./model -i rows.jsonl -o predictions.jsonl --proba', 'probabilities, as JSON Lines'],
    ['millrace models predict -m ./model -i rows.parquet -o predictions.parquet', 'Parquet in and out'],
    ['cat rows.csv | millrace models predict -m ./model --output-format jsonl', 'in a pipe'],
  ],
  async run({ given, env }) {
    const uris = urisIn(given, 'models predict')
    const [uri = ''] = uris
    if (uris.length > 1) throw new ConfigProblem('millrace models predict takes one model.')
    const input = textOf(given, 'input-path') ?? '-'
    const output = textOf(given, 'output-path') ?? '-'
    const formats = {
      input: formatOf(input, textOf(given, 'input-format'), 'input'),
      output: formatOf(output, textOf(given, 'output-format'), 'output'),
    }
    const { loadModel, predictRows, Profiler, writeProfile } = await import('@millrace/runtime')
    const reads_pickles = given['read-pickles'] === true
    const loading = loadModel(uri, { client: registryClient(uris, given, env), trust: await trustIn(given, env), reads_pickles })
    const model = await loading.catch((error) => Promise.reject(refusalOf(error)))
    if (given.proba === true && !model.backend.predictProba) throw new ConfigProblem(`${model.backend.kind} has no probabilities.`)
    if (input === '-' && formats.input === 'parquet') throw new ConfigProblem('Parquet is read from its end: give a file with -i.')
    const size = input === '-' ? undefined : statSync(input).size
    const progress = new Progress(process.stderr, size)
    const from = input === '-' ? process.stdin : formats.input === 'parquet' ? input : createReadStream(input, READING)
    const profiler = new Profiler()
    const profile = textOf(given, 'profile')
    if (profile !== undefined) model.eyes.add((_prediction, frame) => profiler.see(frame))
    const rows = await predictRows(model, {
      from,
      to: output === '-' ? process.stdout : createWriteStream(output),
      ...formats,
      method: given.proba === true ? 'predict_proba' : model.method,
      onPiece: (done) => progress.show(done, from instanceof ReadStream ? from.bytesRead : undefined),
    }).finally(() => progress.done())
    if (profile !== undefined) writeFileSync(profile, writeProfile(profiler.profiles))
    process.stderr.write(`${rows} rows predicted with ${model.name} ${model.version}.\n`)
    return EXIT.fine
  },
}

function formatOf(path: string, said: string | undefined, which: string): Format {
  const format = said ?? /\.([a-z]+)$/.exec(path)?.[1] ?? 'csv'
  const found = FORMATS.find((one) => one === format || (one === 'jsonl' && format === 'ndjson'))
  if (found) return found
  throw new ConfigProblem(`--${which}-format takes ${WORDS}, not "${format}".`)
}
