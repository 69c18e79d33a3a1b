import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState } from 'react'
import { api } from '../../api.ts'
import { Loading, Problem } from '../../parts/Loading.tsx'
import { fileAddress, type Owner } from '../files.ts'
import { Download } from './Download.tsx'
import { Html } from './Html.tsx'
import { Notebook } from './Notebook.tsx'
import { cellsOf } from './notebook-cells.ts'
import { Picture, useAddress } from './Picture.tsx'
import { jsonTable, Table, tableOf } from './Table.tsx'

const OnnxGraph = lazy(async () => ({ default: (await import('../onnx/OnnxGraph.tsx')).OnnxGraph }))

const MIB = 2 ** 20
const KINDS = {
  picture: { names: /\.(png|jpe?g|gif|webp|bmp|avif)$/i, max_bytes: 16 * MIB },
  sound: { names: /\.(mp3|wav|ogg|oga|flac|m4a|aac)$/i, max_bytes: 64 * MIB },
  film: { names: /\.(mp4|webm|ogv|mov)$/i, max_bytes: 64 * MIB },
  // A drawing with the library that draws it, as Plotly and Bokeh write it, has 4 MB.
  html: { names: /\.html?$/i, max_bytes: 16 * MIB },
  text: {
    names:
      /(\.(txt|log|md|py|r|sql|ya?ml|toml|ini|cfg|json|jsonl|csv|tsv|xml|css|js|ts|sh|ipynb|patch|diff|svg)|\/?(MLmodel|Dockerfile|requirements|LICENSE))$/i,
    max_bytes: 2 * MIB,
  },
} as const
type Kind = keyof typeof KINDS

const kindOf = (path: string): Kind | undefined => (Object.keys(KINDS) as Kind[]).find((kind) => KINDS[kind].names.test(path))

type File = { owner: Owner; path: string; size: number }

/** What a file holds, where it can be shown without running anything of it on this page. */
export function Preview({ owner, path, size }: File) {
  const name = path.split('/').at(-1) ?? path
  return (
    <>
      <div className="bar">
        <strong className="grow">{name}</strong>
        <Download address={fileAddress(owner, path)} name={name} size={size} />
      </div>
      {/\.onnx$/i.test(path) ? (
        <Suspense fallback={<Loading />}>
          <OnnxGraph key={path} owner={owner} path={path} size={size} />
        </Suspense>
      ) : (
        <Content key={path} owner={owner} path={path} size={size} />
      )}
    </>
  )
}

function Content({ owner, path, size }: File) {
  const kind = kindOf(path)
  const isShort = kind !== undefined && size <= KINDS[kind].max_bytes
  const found = useQuery({
    queryKey: ['artifact', owner, path],
    enabled: isShort,
    queryFn: async ({ signal }) => (await api.request(`/${fileAddress(owner, path)}`, {}, { signal })).blob(),
  })
  if (!kind) return <p className="faint">There is no preview of this kind of file.</p>
  if (found.isError) return <Problem error={found.error} />
  if (!isShort) return <p className="faint">It is too long for a preview: download it.</p>
  if (!found.data) return <Loading />
  if (kind === 'picture') return <Picture file={found.data} name={path} />
  return kind === 'text' || kind === 'html' ? (
    <Text file={found.data} path={path} kind={kind} />
  ) : (
    <Media file={found.data} name={path} as={kind} />
  )
}

function Media({ file, name, as }: { file: Blob; name: string; as: 'sound' | 'film' }) {
  const address = useAddress(file)
  if (address === '') return null
  const Player = as === 'sound' ? 'audio' : 'video'
  return <Player src={address} controls aria-label={name} className="media" />
}

function Text({ file, path, kind }: { file: Blob; path: string; kind: 'text' | 'html' }) {
  const [text, setText] = useState<string>()
  useEffect(() => {
    void file.text().then(setText)
  }, [file])
  if (text === undefined) return <Loading />
  if (kind === 'html') return <Html text={text} name={path} />
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
