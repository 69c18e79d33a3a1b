import type { ColumnSource, ParquetWriter } from 'hyparquet-writer'
import type { Label, Prediction } from '../backend.ts'
import { rowsOf, type Served } from '../serving/served.ts'

/** How predictions are written. */
export const FORMATS = ['csv', 'jsonl', 'parquet'] as const
export type Format = (typeof FORMATS)[number]

/** Makes bytes of predictions, piece by piece. */
export type RowsWriter = {
  /** What a piece is written as; nothing when it waits for more. */
  rows(prediction: Prediction): string | Uint8Array
  end(): string | Uint8Array
}

/** A writer for what a model predicts. */
export async function writerOf(format: Format, model: Served): Promise<RowsWriter> {
  if (format === 'csv') return new CsvWriter(model)
  if (format === 'jsonl') return { rows: jsonLines, end: () => '' }
  return new ParquetRows(model, await import('hyparquet-writer'))
}

const jsonLines = (prediction: Prediction): string => {
  let text = ''
  for (const row of rowsOf(prediction)) text += `${JSON.stringify({ prediction: row })}\n`
  return text
}

/** The names of the columns that are written. */
function headOf({ backend }: Served, { columns }: Prediction): readonly string[] {
  if (columns === 1) return ['prediction']
  return Array.from({ length: columns }, (_, at) => String(backend.classes?.[at] ?? at))
}

class CsvWriter implements RowsWriter {
  readonly #model: Served
  #is_first = true

  constructor(model: Served) {
    this.#model = model
  }

  rows(prediction: Prediction): string {
    let text = this.#is_first ? `${headOf(this.#model, prediction).map(quoted).join(',')}\n` : ''
    this.#is_first = false
    const { values, columns } = prediction
    for (let at = 0, column = 1; at < values.length; at++) {
      text += quoted(values[at] as Label)
      text += column === columns ? '\n' : ','
      column = column === columns ? 1 : column + 1
    }
    return text
  }

  end(): string {
    return ''
  }
}

const quoted = (value: Label): string => {
  if (typeof value === 'number') return String(value)
  const text = String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const GROUP_ROWS = 65_536

type Library = typeof import('hyparquet-writer')

/** Parquet, in groups of 65,536 rows: so many are held in memory. */
class ParquetRows implements RowsWriter {
  readonly #model: Served
  readonly #is_integer: boolean
  readonly #library: Library
  readonly #bytes: InstanceType<Library['ByteWriter']>
  #file: ParquetWriter | undefined
  #waiting: Prediction[] = []
  #rows = 0

  constructor(model: Served, library: Library) {
    this.#model = model
    this.#is_integer = model.is_integer
    this.#library = library
    this.#bytes = new library.ByteWriter()
  }

  rows(prediction: Prediction): Uint8Array {
    this.#waiting.push(prediction)
    this.#rows += prediction.values.length / prediction.columns
    return this.#rows < GROUP_ROWS ? new Uint8Array() : this.#group()
  }

  end(): Uint8Array {
    const last = this.#group()
    this.#file?.finish()
    return this.#file === undefined ? last : Buffer.concat([last, this.#taken()])
  }

  #group(): Uint8Array {
    const [first] = this.#waiting
    if (first === undefined && this.#file !== undefined) return new Uint8Array()
    const columnData = columnsOf(this.#waiting, headOf(this.#model, first ?? { values: [], columns: 1 }), this.#is_integer)
    this.#file ??= new this.#library.ParquetWriter({
      writer: this.#bytes,
      schema: this.#library.schemaFromColumnData({ columnData }),
      createdBy: 'millrace',
    })
    if (this.#rows > 0) this.#file.write({ columnData, rowGroupSize: GROUP_ROWS * 2 })
    this.#waiting = []
    this.#rows = 0
    return this.#taken()
  }

  /** What was written since; a copy, since the buffer is used again. */
  #taken(): Uint8Array {
    const taken = Buffer.from(this.#bytes.getBytes())
    this.#bytes.index = 0
    return taken
  }
}

function columnsOf(predictions: readonly Prediction[], names: readonly string[], is_integer: boolean): ColumnSource[] {
  const all = predictions.flatMap(({ values }) => Array.from(values as ArrayLike<Label>))
  return names.map((name, at) => {
    const data = names.length === 1 ? all : all.filter((_, place) => place % names.length === at)
    const type = typeOf(data, is_integer && names.length === 1)
    return { name, type, nullable: false, data: type === 'INT64' ? data.map((value) => BigInt(value as number)) : data }
  })
}

function typeOf(data: readonly Label[], is_integer: boolean): 'STRING' | 'BOOLEAN' | 'INT64' | 'DOUBLE' {
  const [first] = data
  if (typeof first === 'string') return 'STRING'
  if (typeof first === 'boolean') return 'BOOLEAN'
  return is_integer && data.every(Number.isSafeInteger) ? 'INT64' : 'DOUBLE'
}
