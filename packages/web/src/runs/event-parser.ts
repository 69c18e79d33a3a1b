/** An event as the server tells it. */
export type Heard = { readonly name: string; readonly data: string; readonly id: string }

/** Reads events (WHATWG HTML, server-sent events) from text that comes in any pieces. */
export class Parser {
  readonly #tell: (event: Heard) => void
  #rest = ''
  #name = ''
  #data: string[] = []
  #id = ''

  constructor(tell: (event: Heard) => void) {
    this.#tell = tell
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#line(line.endsWith('\r') ? line.slice(0, -1) : line)
  }

  #line(line: string): void {
    if (line === '') {
      if (this.#data.length > 0) this.#tell({ name: this.#name || 'message', data: this.#data.join('\n'), id: this.#id })
      this.#name = ''
      this.#data = []
      this.#id = ''
      return
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') this.#name = value
    if (field === 'data') this.#data.push(value)
    if (field === 'id') this.#id = value
  }
}
