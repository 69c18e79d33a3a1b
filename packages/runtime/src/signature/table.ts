/** Rows as a request has them: nothing is known yet of the values. */
export type Table = {
  readonly rows: number
  readonly width: number
  /** The columns' names; undefined where they have none. */
  readonly names: readonly string[] | undefined
  /** Whether `cells` has a list for each row, or one for each column. */
  readonly by: 'row' | 'column'
  readonly cells: readonly (readonly unknown[] | Float64Array)[]
  /** Whether values are texts of a CSV, which say numbers by their digits. */
  readonly is_text?: boolean
}

/** The value in a row and a column. */
export const cellAt = ({ by, cells }: Table, row: number, column: number): unknown =>
  by === 'row' ? cells[row]?.[column] : cells[column]?.[row]
