import { useMemo } from 'react'
import { Markdown } from '../../parts/Markdown.tsx'
import type { Cell } from './notebook-cells.ts'
import { Picture } from './Picture.tsx'

/** A notebook: its texts, code, and what came out as text or as a picture. Nothing of it is run, and its HTML is not shown. */
export function Notebook({ cells }: { cells: readonly Cell[] }) {
  return (
    <div className="stack notebook">
      {cells.map((cell, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cells have no other identity
        <section key={at} aria-label={`Cell ${at + 1}`}>
          {cell.kind === 'markdown' ? <Markdown text={cell.source} /> : <pre tabIndex={0}>{cell.source}</pre>}
          {cell.texts.map((text, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: outputs have no other identity
            <pre key={place} className="faint" tabIndex={0}>
              {text}
            </pre>
          ))}
          {cell.pictures.map((picture, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: outputs have no other identity
            <Encoded key={place} {...picture} />
          ))}
        </section>
      ))}
    </div>
  )
}

function Encoded({ type, base64 }: Cell['pictures'][number]) {
  const file = useMemo(() => {
    try {
      return new Blob([Uint8Array.from(atob(base64.replaceAll(/\s/g, '')), (letter) => letter.charCodeAt(0))], { type })
    } catch {
      return undefined
    }
  }, [type, base64])
  return file ? <Picture file={file} name="What the cell drew" /> : null
}
