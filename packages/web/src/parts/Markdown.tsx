import type { ReactNode } from 'react'
import { partsOf } from './markdown-parts.ts'

/**
 * Markdown as React elements, never as HTML: what a note holds can't become a tag, a script or a style. It knows headings, lists, code,
 * emphasis and links to http(s); all else is text. Pictures are links: the page asks no other host.
 */
export function Markdown({ text }: { text: string }) {
  return <div className="markdown">{blocks(text)}</div>
}

function blocks(text: string): ReactNode[] {
  const out: ReactNode[] = []
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as string
    const key = at
    if (line.startsWith('```')) {
      const end = lines.findIndex((one, index) => index > at && one.startsWith('```'))
      const to = end === -1 ? lines.length : end
      out.push(<pre key={key}>{lines.slice(at + 1, to).join('\n')}</pre>)
      at = to + 1
    } else if (/^#{1,6} /.test(line)) {
      out.push(<h2 key={key}>{inline(line.replace(/^#+ /, ''))}</h2>)
      at++
    } else if (/^\s*([-*+]|\d+\.) /.test(line)) {
      const items: string[] = []
      while (at < lines.length && /^\s*([-*+]|\d+\.) /.test(lines[at] as string))
        items.push((lines[at++] as string).replace(/^\s*\S+ /, ''))
      // biome-ignore lint/suspicious/noArrayIndexKey: the text is the only identity that they have
      const list = items.map((item, index) => <li key={index}>{inline(item)}</li>)
      out.push(/^\s*\d/.test(line) ? <ol key={key}>{list}</ol> : <ul key={key}>{list}</ul>)
    } else if (line.trim() === '') at++
    else {
      const from = at
      while (at < lines.length && (lines[at] as string).trim() !== '' && !/^(#{1,6} |```|\s*([-*+]|\d+\.) )/.test(lines[at] as string)) at++
      out.push(<p key={key}>{inline(lines.slice(from, Math.max(at, from + 1)).join('\n'))}</p>)
      at = Math.max(at, from + 1)
    }
  }
  return out
}

function inline(text: string): ReactNode[] {
  return partsOf(text).map(({ kind, text: shown, at, href }) => {
    if (kind === 'text') return shown
    if (kind === 'code') return <code key={at}>{shown}</code>
    if (kind === 'strong') return <strong key={at}>{shown}</strong>
    if (kind === 'emphasis') return <em key={at}>{shown}</em>
    return (
      <a key={at} href={href} rel="noreferrer noopener" target="_blank">
        {shown}
      </a>
    )
  })
}
