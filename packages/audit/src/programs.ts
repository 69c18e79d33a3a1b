import { Unit } from './unit.ts'

const PYTHON = String.raw`\bpython(?:3(?:\.\d+)?)?(?:\s+-[a-bd-zA-Z]\w*)*`
/** `python - <<'EOF'`: until the line that is its mark. */
const HEREDOC = new RegExp(String.raw`${PYTHON}(?:\s+-)?\s*[^|;&#<]*<<-?\s*(["']?)(\w+)\1`)
/** `python -c "` at the end of a line: until the line that begins with the quote. */
const BLOCK = new RegExp(String.raw`${PYTHON}\s+-c\s+(["'])\s*$`)
const ONE_LINE = new RegExp(String.raw`${PYTHON}\s+-c\s+(["'])(.+?)\1(?:\s|[;|&)]|$)`)

/** A unit with the Python programs that a shell script hands to Python, each line where it stands in the file. */
export function withPrograms(unit: Unit): Unit[] {
  if (unit.language !== 'shell' || !unit.text.includes('python')) return [unit]
  const { lines } = unit
  const units = [unit]
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line.trimStart().startsWith('#')) continue
    const [, , program] = ONE_LINE.exec(line) ?? []
    if (program !== undefined) {
      units.push(programOf(unit, [program], at))
      continue
    }
    const mark = HEREDOC.exec(line)?.[2]
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

function programOf(unit: Unit, lines: readonly string[], first: number): Unit {
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)))
  const text = lines.map((line) => line.slice(Number.isFinite(indent) ? indent : 0)).join('\n')
  return new Unit(unit.file, 'python', text, unit.context, (line) => unit.lineInFile(first + line))
}
