import { type Command, readCommands } from './commands.ts'

/** An instruction of a Dockerfile, with the lines that continue it. */
export type Instruction = {
  readonly name: string
  /** What follows the name, without flags such as --platform. */
  readonly text: string
  readonly line: number
  readonly end_line: number
}

const HEREDOC = /<<-?\s*(['"]?)([A-Za-z_]\w*)\1/
const START = /^\s*([A-Za-z]+)\s+((?:--[\w-]+(?:=\S+)?\s+)*)/

/** Reads the instructions: a name, flags, and a text that backslashes and here-documents continue. */
export function readInstructions(text: string): Instruction[] {
  const lines = text.split('\n')
  const found: Instruction[] = []
  for (let at = 0; at < lines.length; at++) {
    const start = /^\s*#/.test(lines[at] ?? '') ? null : START.exec(lines[at] ?? '')
    if (!start) continue
    const first = at
    const rest = [(lines[at] ?? '').slice(start[0].length)]
    while (continues(lines[at] ?? '') && at + 1 < lines.length) {
      at++
      // A comment, or an empty line, does not end an instruction that goes on.
      rest.push(/^\s*(?:#.*)?$/.test(lines[at] ?? '') ? '\\' : (lines[at] ?? ''))
      while (/^\s*(?:#.*)?$/.test(lines[at] ?? '') && at + 1 < lines.length) rest.push(lines[++at] ?? '')
    }
    const end = HEREDOC.exec(rest.join('\n'))?.[2]
    while (end !== undefined && at + 1 < lines.length && (lines[at] ?? '').trim() !== end) rest.push(lines[++at] ?? '')
    found.push({ name: (start[1] ?? '').toUpperCase(), text: rest.join('\n'), line: first + 1, end_line: at + 1 })
  }
  return found
}

const continues = (line: string): boolean => /\\\s*$/.test(line) && !/^\s*#/.test(line)

const RUNS = /^(?:RUN|CMD|ENTRYPOINT|HEALTHCHECK|SHELL)$/

/** The commands that an image's build and start run: those of a shell by their syntax tree, those of a list as they are. */
export function commandsOfImage(instructions: readonly Instruction[]): Command[] {
  return instructions.flatMap(({ name, text, line, end_line }): Command[] => {
    if (!RUNS.test(name)) return []
    const body = name === 'HEALTHCHECK' ? text.replace(/^CMD\s+/, '') : text
    const list = listOf(body)
    if (list) return [{ line, end_line, text: body.trim(), words: list }]
    const document = HEREDOC.exec(body)
    const script = document && body.startsWith(document[0]) ? body.slice(document[0].length).replace(/\n[^\n]*$/, '') : body
    return shifted(readCommands(script), line - 1)
  })
}

function shifted(commands: readonly Command[], by: number): Command[] {
  const made = new Map<Command, Command>()
  // What is piped into stands behind what pipes.
  for (const command of commands.toReversed()) {
    const into = command.into && made.get(command.into)
    made.set(command, { ...command, line: command.line + by, end_line: command.end_line + by, ...(into && { into }) })
  }
  return [...made.values()].reverse()
}

function listOf(text: string): string[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined
  try {
    const parsed: unknown = JSON.parse(text.replaceAll(/\\\s*\n/g, ' '))
    return Array.isArray(parsed) ? parsed.map(String) : undefined
  } catch {
    return undefined
  }
}
