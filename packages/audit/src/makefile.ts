import type { AuditedFile } from './inventory.ts'
import { Unit } from './unit.ts'

/** Whether a file is one of Make's, by its name. */
export const isMakefile = (file: string): boolean => /(?:^|\/)(?:GNU)?[Mm]akefile(?:\.\w+)?$|\.(?:mk|mak)$/.test(file)

const ASSIGNED = /^ *(?:[^\s:=#]+\s*:\s*)?(?:(?:export|override|private)\s+)*([\w.-]+)\s*(?:[?+!]|:{1,3})?=\s*(.*)$/

/** A file of Make: the text itself, the variables it sets, and the commands of its recipes as a shell gets them. */
export function makefileUnits({ file, text, context }: AuditedFile): Unit[] {
  const lines = text.split('\n')
  const variables = lines.map(() => '')
  const commands = lines.map(() => '')
  for (const [at, line] of lines.entries()) {
    const continues = at > 0 && /\\\s*$/.test(lines[at - 1] ?? '')
    if (line.startsWith('\t') || (continues && commands[at - 1] !== '')) {
      // Each line is a shell of its own.
      const ends = /[\\;&]\s*$|^\s*(?:#.*)?$/.test(line) ? '' : ' ;'
      commands[at] = asShell(continues ? line.trimStart() : line.replace(/^\s*[@+-]*\s*/, '')) + ends
      continue
    }
    const [, name, value = ''] = (continues ? null : ASSIGNED.exec(line)) ?? []
    if (name === undefined) continue
    variables[at] = `${name} = ${value}`
    if (value.includes('$(shell')) commands[at] = `${name.replaceAll(/\W/g, '_')}=${asShell(value)}`
  }
  return [
    new Unit(file, 'text', text, context),
    new Unit(file, 'config', variables.join('\n'), context),
    new Unit(file, 'shell', commands.join('\n'), context),
  ]
}

// Marks that no text has, for signs that are not to be read twice.
const DOLLAR = '\u0001'
const SUBSTITUTION = '\u0002'
const FUNCTION = /\$\([\w-]+\s[^()]*\)|\$\{[\w-]+\s[^{}]*\}|\$[<^+|%]/g

/** What Make fills in as a shell would: `$(NAME)` is its `${NAME}`, `$$` its `$`, and `$(shell …)` its `$(…)`. */
function asShell(line: string): string {
  let shell = line
    .replaceAll('$$', DOLLAR)
    .replaceAll(/\$\(shell\s+/g, `${SUBSTITUTION}(`)
    .replaceAll(/\$(?:\(([\w.-]+)\)|\{([\w.-]+)\})/g, (_all, a?: string, b?: string) => `\${${(a ?? b ?? '').replaceAll(/\W/g, '_')}}`)
  // Functions may hold functions: from the innermost out.
  for (let before = ''; before !== shell; ) {
    before = shell
    shell = shell.replaceAll(FUNCTION, () => '$MADE')
  }
  return shell.replaceAll(DOLLAR, '$').replaceAll(SUBSTITUTION, '$')
}
