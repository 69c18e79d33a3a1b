import { sentenceOf } from '../api.ts'
import { csvOf } from '../parts/csv.ts'
import { Menu } from '../parts/Menu.tsx'
import { saveAs } from '../parts/save.ts'
import { say } from '../shell/Toasts.tsx'

type Props<T extends object> = {
  /** What the file is called. */
  readonly name: string
  readonly columns: readonly (keyof T & string)[]
  /** All of the list, whatever has been shown of it. */
  readonly all: () => AsyncIterable<T>
}

const flat = (value: unknown): unknown => (Array.isArray(value) ? value.join(' ') : value)

/** Gives the reader a whole list, as CSV or as JSON. */
export function ExportMenu<T extends object>({ name, columns, all }: Props<T>) {
  const save = (format: 'csv' | 'json') => async (): Promise<void> => {
    try {
      const rows: T[] = []
      for await (const row of all()) rows.push(row)
      if (format === 'json') saveAs(`${name}.json`, 'application/json', `${JSON.stringify(rows, null, 2)}\n`)
      else {
        const lines = rows.map((row) => columns.map((column) => flat(row[column])))
        saveAs(`${name}.csv`, 'text/csv', csvOf(columns, lines))
      }
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    }
  }
  return (
    <Menu label="Export">
      <div className="stack">
        <button type="button" onClick={save('csv')}>
          CSV, for spreadsheets
        </button>
        <button type="button" onClick={save('json')}>
          JSON, for programs
        </button>
      </div>
    </Menu>
  )
}
