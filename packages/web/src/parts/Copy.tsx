import { useState } from 'react'

const SHOWN_MS = 1_500

/** A button that copies a text, and says so. */
export function Copy({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), SHOWN_MS)
  }
  return (
    <button type="button" className="quiet copy" onClick={copy} aria-label={`${label}: ${text.length > 60 ? 'the text' : text}`}>
      {copied ? 'Copied' : label}
    </button>
  )
}

/** Code to paste, with a button that copies it. */
export function Code({ text }: { text: string }) {
  return (
    <div className="code">
      <pre tabIndex={0}>{text}</pre>
      <Copy text={text} />
    </div>
  )
}
