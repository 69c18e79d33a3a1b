import { Scroll } from '../../parts/Scroll.tsx'

const ROWS_MAX = 200

/** A table as a file holds it: names of columns, and rows up to what is shown. */
export type Grid = { head: readonly string[]; rows: readonly (readonly string[])[]; left_out: number }

/** Reads CSV as RFC 4180 has it. */
export function tableOf(text: string, separator: string): Grid {
  const rows: string[][] = [[]]
  let cell = ''
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] as string
    if (quoted) {
      if (letter !== '"') cell += letter
      else if (text[at + 1] === '"') cell += text[++at]
      else quoted = false
    } else if (letter === '"') quoted = true
    else if (letter === separator || letter === '\n') {
      rows.at(-1)?.push(cell.replace(/\r$/, ''))
      cell = ''
      if (letter === '\n') rows.push([])
    } else cell += letter
  }
  if (cell !== '' || (rows.at(-1)?.length ?? 0) > 0) rows.at(-1)?.push(cell)
  else rows.pop()
  const [head = [], ...body] = rows
  return { head, rows: body.slice(0, ROWS_MAX), left_out: Math.max(0, body.length - ROWS_MAX) }
}

/** `mlflow.log_table` writes {"columns": [...], "data": [[...]]}. */
export function jsonTable(text: string, path: string): Grid | undefined {
  if (!/\.json$/i.test(path)) return undefined
  try {
    const { columns, data } = JSON.parse(text) as { columns?: unknown; data?: unknown }
    if (!Array.isArray(columns) || !Array.isArray(data) || !data.every(Array.isArray)) return undefined
    const rows = (data as unknown[][]).map((row) => row.map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one))))
    return { head: columns.map(String), rows: rows.slice(0, ROWS_MAX), left_out: Math.max(0, rows.length - ROWS_MAX) }
  } catch {
    return undefined
  }
}

/** The first rows of a table, and how many more there are. */
export function Table({ head, rows, left_out }: Grid) {
  return (
    <>
      <Scroll label="Table">
        <table>
          <thead>
            <tr>
              {head.map((name, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
                <th key={at}>{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity
              <tr key={at}>
                {row.map((value, place) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: cells have no other identity
                  <td key={place} className={/^-?[\d.]+(e-?\d+)?$/i.test(value) ? 'number' : 'wide'}>
                    {value}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {left_out > 0 && <p className="faint">and {left_out.toLocaleString('en-GB')} more rows: download the file for them.</p>}
    </>
  )
}
