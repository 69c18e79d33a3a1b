import type { Command } from './commands.ts'

type Joined = { readonly line: number; readonly end_line: number; readonly text: string }

/** Lines with those that a backslash or an open quote continues them by. */
function joined(text: string): Joined[] {
  const found: Joined[] = []
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const first = at
    let whole = lines[at] ?? ''
    while (/\\\s*$/.test(whole) && at + 1 < lines.length) whole = `${whole.replace(/\\\s*$/, ' ')}${(lines[++at] ?? '').trim()}`
    found.push({ line: first + 1, end_line: at + 1, text: whole })
    const here_document = /<<-?\s*(['"]?)(\w+)\1/.exec(whole)
    if (!here_document) continue
    // What is written to a file or a program is not run by this shell.
    const end = lines.findIndex((one, index) => index > at && one.trim() === here_document[2])
    if (end > at) at = end
  }
  return found
}

const PROMPT = /^\s*(?:\$|>>>|%|!)\s+(?=\S)|^\s*!/
/**
 * Reads commands line by line: for texts that are no shell as a whole, such as the output of a session in a page. It is no shell: it knows
 * quotes, comments, pipes and lists, and expands nothing.
 */
export function readCommandsByLines(text: string): Command[] {
  return joined(text).flatMap(({ text: whole, line, end_line }) => {
    const script = whole.replace(PROMPT, '')
    return pipelines(script).flatMap((parts) => {
      let into: Command | undefined
      const commands: Command[] = []
      for (const part of parts.reverse()) {
        const words = wordsOf(part)
        if (words.length === 0) continue
        into = { line, end_line, text: part.trim(), words, ...(into && { into }) }
        commands.unshift(into)
      }
      return commands
    })
  })
}

/** Lists of commands, each a list of what pipes connect. */
function pipelines(script: string): string[][] {
  const all: string[][] = []
  let parts: string[] = []
  let start = 0
  let quote = ''
  const cut = (at: number, length: number, is_pipe: boolean): void => {
    parts.push(script.slice(start, at))
    start = at + length
    if (!is_pipe) {
      all.push(parts)
      parts = []
    }
  }
  for (let at = 0; at < script.length; at++) {
    const sign = script[at] ?? ''
    if (sign === '\\') at++
    else if (quote !== '') quote = sign === quote ? '' : quote
    else if (sign === '"' || sign === "'") quote = sign
    else if (sign === '#' && (at === 0 || /\s/.test(script[at - 1] ?? ''))) {
      script = script.slice(0, at)
    } else if (sign === ';') cut(at, 1, false)
    else if (script.startsWith('&&', at) || script.startsWith('||', at)) {
      cut(at, 2, false)
      at++
    } else if (sign === '|') cut(at, 1, true)
  }
  cut(script.length, 0, false)
  return all
}

const WORD = /(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+|["']/g
/** Words without their quotes. */
function wordsOf(part: string): string[] {
  return (part.match(WORD) ?? []).map((word) =>
    word.replaceAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_all, a?: string, b?: string) => a ?? b ?? ''),
  )
}
