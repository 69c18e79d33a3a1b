import { Unit } from './unit.ts'

const PYTHON = String.raw`\bpython(?:3(?:\.\d+)?)?(?:\s+-[a-bd-zA-Z]\w*)*`
/** `<<'EOF'`, after a command that runs Python: until the line that is its mark. */
const HEREDOC = /<<-?\s*(["']?)(\w+)\1/g
/** `python -c "` at the end of a line: until the line that begins with the quote. */
const BLOCK = new RegExp(String.raw`${PYTHON}\s+-c\s+(["'])\s*$`)
const OPENED = new RegExp(String.raw`${PYTHON}\s+-c\s+(["'])`, 'g')
const CLOSED = { '"': /(.+?)"(?:\s|[;|&)]|$)/y, "'": /(.+?)'(?:\s|[;|&)]|$)/y } as const

/** A unit with the Python programs that a shell script hands to Python, each line where it stands in the file. */
export function withPrograms(unit: Unit): Unit[] {
  if (unit.language !== 'shell' || !unit.text.includes('python')) return [unit]
  const { lines } = unit
  const units = [unit]
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line.trimStart().startsWith('#')) continue
    const program = onOneLine(line)
    if (program !== undefined) {
      units.push(programOf(unit, [program], at))
      continue
    }
    const mark = markIn(line)
    const quote = BLOCK.exec(line)?.[1]
    if (mark === undefined && quote === undefined) continue
    const isEnd = (one: string): boolean => (mark === undefined ? one.trimStart().startsWith(quote ?? '') : one.trim() === mark)
    const first = at + 1
    at = first
    while (at < lines.length && !isEnd(lines[at] ?? '')) at++
    if (at < lines.length) units.push(programOf(unit, lines.slice(first, at), first))
  }
  return units
}

/** The program of `python -c "…"`, all of it on this line. */
function onOneLine(line: string): string | undefined {
  // What does not end behind one place does not behind a later one: a long line is looked through once for each kind of quote.
  const left = new Set(['"', "'"])
  for (const opened of line.matchAll(OPENED)) {
    const quote = opened[1] as keyof typeof CLOSED
    if (!left.has(quote)) continue
    const closed = CLOSED[quote]
    closed.lastIndex = opened.index + opened[0].length
    const program = closed.exec(line)?.[1]
    if (program !== undefined) return program
    left.delete(quote)
  }
  return undefined
}

/** The mark at which a script ends that a command of this line hands to Python. */
function markIn(line: string): string | undefined {
  let from = 0
  for (const { 0: whole, 2: mark, index } of line.matchAll(HEREDOC)) {
    const command =
      line
        .slice(from, index)
        .split(/[|;&#<]/)
        .at(-1) ?? ''
    if (/\bpython/.test(command)) return mark
    from = index + whole.length
  }
  return undefined
}

function programOf(unit: Unit, lines: readonly string[], first: number): Unit {
  const indent = lines.reduce((least, line) => (line.trim() === '' ? least : Math.min(least, line.search(/\S/))), Number.MAX_SAFE_INTEGER)
  const text = lines.map((line) => line.slice(indent)).join('\n')
  return new Unit(unit.file, 'python', text, unit.context, (line) => unit.lineInFile(first + line))
}
