import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from '../api.ts'
import { bytes } from '../format.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { Notebook } from './Notebook.tsx'
import { cellsOf } from './notebook-cells.ts'
import { Picture, useAddress } from './Picture.tsx'

const SHOWN_MAX_BYTES = 2 * 2 ** 20
const ROWS_MAX = 200
const PICTURE = /\.(png|jpe?g|gif|webp|bmp|avif)$/i
const MEDIA = /\.(mp3|wav|ogg|oga|flac|m4a|aac|mp4|webm|ogv|mov)$/i
const SOUND = /\.(mp3|wav|ogg|oga|flac|m4a|aac)$/i
const TEXT =
  /(\.(txt|log|md|py|r|sql|ya?ml|toml|ini|cfg|json|jsonl|csv|tsv|xml|html?|css|js|ts|sh|ipynb|patch|diff|svg)|\/?(MLmodel|Dockerfile|requirements|LICENSE))$/i

const addressOf = (run_id: string, path: string): string => `get-artifact?${new URLSearchParams({ run_uuid: run_id, path })}`

/** What a file holds, where it can be shown without running anything of it. */
export function Preview({ run_id, path, size }: { run_id: string; path: string; size: number }) {
  const name = path.split('/').at(-1) ?? path
  return (
    <>
      <div className="bar">
        <strong className="grow">{name}</strong>
        <a className="button" href={addressOf(run_id, path)} download={name}>
          Download {bytes(size)}
        </a>
      </div>
      <Content key={path} run_id={run_id} path={path} size={size} />
    </>
  )
}

function Content({ run_id, path, size }: { run_id: string; path: string; size: number }) {
  const isPicture = PICTURE.test(path)
  const isText = TEXT.test(path)
  const isMedia = MEDIA.test(path)
  const shown_max = SHOWN_MAX_BYTES * (isMedia ? 32 : isPicture ? 8 : 1)
  const found = useQuery({
    queryKey: ['artifact', run_id, path],
    enabled: (isPicture || isText || isMedia) && size <= shown_max,
    queryFn: async ({ signal }) => (await api.request(`/${addressOf(run_id, path)}`, {}, { signal })).blob(),
  })
  if (!isPicture && !isText && !isMedia) return <p className="faint">There is no preview of this kind of file.</p>
  if (found.isError) return <Problem error={found.error} />
  if (!found.data) return size > shown_max ? <p className="faint">It is too long for a preview: download it.</p> : <Loading />
  if (isMedia) return <Media file={found.data} name={path} />
  return isPicture ? <Picture file={found.data} name={path} /> : <Text file={found.data} path={path} />
}

function Media({ file, name }: { file: Blob; name: string }) {
  const address = useAddress(file)
  if (address === '') return null
  const Player = SOUND.test(name) ? 'audio' : 'video'
  return <Player src={address} controls aria-label={name} className="media" />
}

function Text({ file, path }: { file: Blob; path: string }) {
  const [text, setText] = useState<string>()
  useEffect(() => {
    void file.text().then(setText)
  }, [file])
  if (text === undefined) return <Loading />
  const notebook = /\.ipynb$/i.test(path) ? cellsOf(text) : undefined
  if (notebook) return <Notebook cells={notebook} />
  const table = /\.(csv|tsv)$/i.test(path) ? tableOf(text, path.endsWith('tsv') ? '\t' : ',') : jsonTable(text, path)
  if (table) return <Table {...table} />
  return <pre tabIndex={0}>{/\.json$/i.test(path) ? pretty(text) : text}</pre>
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

type Grid = { head: readonly string[]; rows: readonly (readonly string[])[]; left_out: number }

/** Reads CSV as RFC 4180 has it. */
function tableOf(text: string, separator: string): Grid {
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
function jsonTable(text: string, path: string): Grid | undefined {
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

function Table({ head, rows, left_out }: Grid) {
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
