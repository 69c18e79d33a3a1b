/** A cell of a notebook as it is shown: what was written, what came out as text, and pictures as they were encoded. */
export type Cell = {
  readonly kind: 'markdown' | 'code'
  readonly source: string
  readonly texts: readonly string[]
  readonly pictures: readonly { readonly type: string; readonly base64: string }[]
}

const PICTURES = ['image/png', 'image/jpeg']
// Colours of a terminal.
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')

const joined = (text: unknown): string => (Array.isArray(text) ? text.map(String).join('') : typeof text === 'string' ? text : '')
const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** The cells of a Jupyter notebook (nbformat 4); undefined where it is none. HTML and scripts of outputs are left out. */
export function cellsOf(text: string): Cell[] | undefined {
  try {
    const { cells } = recordOf(JSON.parse(text))
    if (!Array.isArray(cells)) return undefined
    return cells.map(recordOf).map(({ cell_type, source, outputs }) => {
      const all = (Array.isArray(outputs) ? outputs : []).map(recordOf)
      const texts = all.map(({ text: said, data, traceback }) =>
        (joined(said) || joined(recordOf(data)['text/plain']) || (Array.isArray(traceback) ? traceback.join('\n') : '')).replace(
          ESCAPES,
          '',
        ),
      )
      const pictures = all.flatMap(({ data }) =>
        PICTURES.flatMap((type) => {
          const base64 = joined(recordOf(data)[type])
          return base64 === '' ? [] : [{ type, base64 }]
        }),
      )
      return { kind: cell_type === 'code' ? 'code' : 'markdown', source: joined(source), texts: texts.filter(Boolean), pictures }
    })
  } catch {
    return undefined
  }
}
