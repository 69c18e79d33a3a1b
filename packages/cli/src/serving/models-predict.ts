import { createReadStream, createWriteStream } from 'node:fs'
import { ConfigProblem, type Option } from '@millrace/server/config'
import { type Command, EXIT } from '../command.ts'
import { textOf } from '../signing/key-options.ts'
import { trackingOption } from '../signing/tracking-option.ts'
import { modelOption, refusalOf, registryClient, urisIn } from './model-options.ts'

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Rows' })

const FORMATS = ['csv', 'jsonl'] as const
type Format = (typeof FORMATS)[number]

const options: readonly Option[] = [
  { ...modelOption, about: 'models:/name/3, models:/name@alias, or the folder of a logged model' },
  own({ flag: 'input-path', short: 'i', value: '<file>', fallback: '- for standard input', about: 'The rows: .csv or .jsonl' }),
  own({ flag: 'output-path', short: 'o', value: '<file>', fallback: '- for standard output', about: 'The predictions: .csv or .jsonl' }),
  own({ flag: 'input-format', value: '<format>', about: `Where the name does not say it: ${FORMATS.join(' or ')}` }),
  own({ flag: 'output-format', value: '<format>', about: `Where the name does not say it: ${FORMATS.join(' or ')}` }),
  own({ flag: 'proba', about: 'Predict the probability of each class' }),
  trackingOption,
]

/** `millrace models predict` */
export const modelsPredict: Command = {
  name: 'models predict',
  about: 'Predict for the rows of a file, without Python and without executing anything a model contains',
  options,
  details:
    'The rows are read, predicted and written in pieces, so that files may be larger than memory. CSV has names in its first line; JSON ' +
    'Lines has an object a line. A row that does not fit the signature ends the run, and the message says which.',
  examples: [
    ['millrace models predict -m models:/churn@champion -i rows.csv -o predictions.csv', 'a file'],
    ['millrace models predict -m ./model -i rows.jsonl -o predictions.jsonl --proba', 'probabilities, as JSON Lines'],
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
    const { loadModel, predictRows } = await import('@millrace/runtime')
    const model = await loadModel(uri, { client: registryClient(uris, given, env) }).catch((error) => Promise.reject(refusalOf(error)))
    if (given.proba === true && !model.backend.predictProba) throw new ConfigProblem(`${model.backend.kind} has no probabilities.`)
    const rows = await predictRows(model, {
      from: input === '-' ? process.stdin : createReadStream(input, { highWaterMark: 1024 * 1024 }),
      to: output === '-' ? process.stdout : createWriteStream(output),
      ...formats,
      method: given.proba === true ? 'predict_proba' : model.method,
    })
    process.stderr.write(`${rows} rows predicted with ${model.name} ${model.version}.\n`)
    return EXIT.fine
  },
}

function formatOf(path: string, said: string | undefined, which: string): Format {
  const format = said ?? /\.([a-z]+)$/.exec(path)?.[1] ?? 'csv'
  const found = FORMATS.find((one) => one === format || (one === 'jsonl' && format === 'ndjson'))
  if (found) return found
  throw new ConfigProblem(`--${which}-format takes ${FORMATS.join(' or ')}, not "${format}".`)
}
