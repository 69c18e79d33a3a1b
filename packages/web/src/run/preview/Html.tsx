import { useRef, useState } from 'react'
import { Choice } from '../../parts/Choice.tsx'

const SOURCE_MAX = 200_000
const FRAME = new URL('preview-frame', document.baseURI).href

/**
 * An HTML file as a page of its own, scripts and all, in a frame that has nobody's origin: it reaches neither this page nor the server, and
 * loads nothing from elsewhere.
 */
export function Html({ text, name }: { text: string; name: string }) {
  const [as, setAs] = useState<'page' | 'source'>('page')
  return (
    <>
      <div className="bar">
        <Choice legend="How it is shown" options={{ page: 'Page', source: 'Source' }} value={as} onChange={setAs} />
        {as === 'page' && <span className="faint">In a closed frame: it loads nothing from elsewhere and sends nothing.</span>}
      </div>
      {as === 'source' ? <pre tabIndex={0}>{text.slice(0, SOURCE_MAX)}</pre> : <Framed text={text} name={name} />}
      {as === 'source' && text.length > SOURCE_MAX && <p className="faint">Its beginning: download the file for the rest.</p>}
    </>
  )
}

function Framed({ text, name }: { text: string; name: string }) {
  const isFilled = useRef(false)
  return (
    <iframe
      className="framed"
      title={`What ${name} shows`}
      src={FRAME}
      sandbox="allow-scripts"
      referrerPolicy="no-referrer"
      onLoad={({ currentTarget }) => {
        // What is written into the frame ends with another load; and whatever it then becomes gets nothing more.
        if (isFilled.current) return
        isFilled.current = true
        // The frame has an opaque origin, which no name stands for.
        currentTarget.contentWindow?.postMessage({ html: text }, '*')
      }}
    />
  )
}
