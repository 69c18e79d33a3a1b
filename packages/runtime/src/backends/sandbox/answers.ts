import type { Cell, Frame, Label, NamedOutput, Prediction } from '../../backend.ts'
import type { Inputs } from '../../signature/signature.ts'

/** Rows as MLflow's server takes them: a table, or a tensor where the signature has one. */
export function bodyOf({ rows, columns, data }: Frame, inputs: Inputs | undefined): string {
  const cells: Cell[][] = Array.from({ length: rows }, (_, row) => data.map((column) => column[row] as Cell))
  if (inputs?.kind !== 'matrix') return JSON.stringify({ dataframe_split: { ...(columns && { columns }), data: cells } })
  const { shape } = inputs
  return JSON.stringify({ inputs: shape ? cells.map((row) => folded(row, shape)) : cells })
}

/** A row as nested lists of this shape. */
function folded(row: readonly Cell[], shape: readonly number[]): readonly unknown[] {
  let lists: readonly unknown[] = row
  for (const size of shape.slice(1).toReversed()) {
    const longer: unknown[][] = []
    for (let at = 0; at < lists.length; at += size) longer.push(lists.slice(at, at + size))
    lists = longer
  }
  return lists
}

/** What MLflow's server answered: a value, a list or an object for each row. @throws Error where there is not one for each */
export function predictionIn(body: unknown, rows: number): Prediction {
  const said = typeof body === 'object' && body !== null && 'predictions' in body ? body.predictions : undefined
  if (!Array.isArray(said) || said.length !== rows) throw new Error(`the model gives no list with something for each of ${rows} rows`)
  const [first] = said as unknown[]
  if (isRecord(first)) return named(said, Object.keys(first))
  if (!Array.isArray(first)) return { values: said as Label[], columns: 1 }
  const columns = first.length
  if (!said.every((row) => Array.isArray(row) && row.length === columns)) throw new Error('the model gives lists of several lengths')
  return { values: said.flat() as Label[], columns }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function named(rows: readonly unknown[], names: readonly string[]): Prediction {
  const outputs = names.map((name): NamedOutput => {
    const values = rows.map((row) => (isRecord(row) ? (row[name] ?? null) : null)) as Label[]
    return { name, values, columns: 1, shape: [] }
  })
  return { values: outputs[0]?.values ?? [], columns: 1, outputs }
}
