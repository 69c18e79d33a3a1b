/** A piece of a line of Markdown, with where it stands in the text. Only a link has an address, and it is http's or https'. */
export type Part = {
  readonly kind: 'text' | 'code' | 'strong' | 'emphasis' | 'link'
  readonly text: string
  readonly at: number
  readonly href?: string
}

const PARTS = /(`[^`]+`)|(\*\*[^*]+\*\*)|(\*[^*\s][^*]*\*)|!?\[([^\]]*)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>")]+)/g

/** What a line of Markdown is made of, in its order; what is none of the known kinds is text. */
export function partsOf(text: string): Part[] {
  const out: Part[] = []
  let end = 0
  const plain = (to: number): void => {
    if (to > end) out.push({ kind: 'text', text: text.slice(end, to), at: end })
  }
  for (const found of text.matchAll(PARTS)) {
    const at = found.index
    plain(at)
    const [whole, code, strong, emphasis, label, href, bare] = found
    if (code) out.push({ kind: 'code', text: code.slice(1, -1), at })
    else if (strong) out.push({ kind: 'strong', text: strong.slice(2, -2), at })
    else if (emphasis) out.push({ kind: 'emphasis', text: emphasis.slice(1, -1), at })
    else {
      const address = href ?? bare ?? ''
      out.push({ kind: 'link', text: label || address, at, href: address })
    }
    end = at + whole.length
  }
  plain(text.length)
  return out
}
