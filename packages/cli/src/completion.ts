import { ConfigProblem } from '@millrace/server/config'
import { type Command, EXIT } from './command.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

/** `millrace completion bash|zsh|fish` */
export const completion: Command = {
  name: 'completion',
  about: 'Print what makes a shell complete commands and flags',
  options: [],
  argument: { name: 'shell', choices: SHELLS, about: `One of ${SHELLS.join(', ')}` },
  examples: [
    ['source <(millrace completion bash)', 'in ~/.bashrc'],
    ['source <(millrace completion zsh)', 'in ~/.zshrc, after compinit'],
    ['millrace completion fish > ~/.config/fish/completions/millrace.fish', 'once'],
  ],
  async run({ args }) {
    const shell = SHELLS.find((one) => one === args[0])
    if (!shell) throw new ConfigProblem(`millrace completion takes a shell: ${SHELLS.join(', ')}.`)
    const { commands } = await import('./commands.ts')
    process.stdout.write({ bash, zsh, fish }[shell](commands))
    return EXIT.fine
  },
}

const flagsOf = (command: Command): string[] => [
  ...command.options.flatMap(({ flag, off }) => [`--${flag}`, ...(off ? [`--${off}`] : [])]),
  '--help',
]

/** Words after `millrace` and, by first word, the words after that: `db` → `upgrade check`. */
function words(commands: readonly Command[]): { first: string[]; second: Map<string, string[]> } {
  const second = new Map<string, string[]>()
  for (const { name, argument } of commands) {
    const [head = '', sub] = name.split(' ')
    const known = second.get(head) ?? []
    second.set(head, [...known, ...(sub ? [sub] : (argument?.choices ?? []))])
  }
  return { first: [...second.keys()], second }
}

function bash(commands: readonly Command[]): string {
  const { first, second } = words(commands)
  const cases = commands.map((command) => `    "${command.name}") words="${flagsOf(command).join(' ')}" ;;`)
  const groups = commands.filter(({ name }) => name.includes(' ')).map(({ name }) => name.split(' ')[0])
  const subs = [...second].filter(([, list]) => list.length > 0).map(([head, list]) => `    ${head}) words="${list.join(' ')}" ;;`)
  return `# bash completion of millrace; made by: millrace completion bash
_millrace() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words=""
  local command="\${COMP_WORDS[1]}"
  [[ $COMP_CWORD -gt 2 && "\${COMP_WORDS[2]}" != -* && " ${groups.join(' ')} " == *" $command "* ]] && command="$command \${COMP_WORDS[2]}"
  if [[ $COMP_CWORD -eq 1 ]]; then words="${first.join(' ')} --help --version"
  elif [[ "$word" == -* ]]; then case "$command" in
${cases.join('\n')}
    esac
  elif [[ $COMP_CWORD -eq 2 ]]; then case "$command" in
${subs.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [[ \${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- "$word"))
  return 0
}
complete -F _millrace millrace
`
}

// zsh runs bash's function: one list of words to keep right.
const zsh = (commands: readonly Command[]): string =>
  `# zsh completion of millrace; made by: millrace completion zsh\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`

function fish(commands: readonly Command[]): string {
  const { first, second } = words(commands)
  const quote = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`
  const lines = ['# fish completion of millrace; made by: millrace completion fish']
  const alone = `not __fish_seen_subcommand_from ${first.join(' ')}`
  for (const head of first) {
    const about = commands.find(({ name }) => name === head)?.about ?? 'Commands for the database'
    lines.push(`complete -c millrace -f -n ${quote(alone)} -a ${head} -d ${quote(about)}`)
    const subs = second.get(head) ?? []
    const open = `__fish_seen_subcommand_from ${head}; and not __fish_seen_subcommand_from ${subs.join(' ')}`
    if (subs.length > 0) lines.push(`complete -c millrace -f -n ${quote(open)} -a ${quote(subs.join(' '))}`)
  }
  for (const command of commands) {
    const seen = command.name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ')
    for (const { flag, short, off, value, about } of command.options) {
      const takes = value === undefined ? '' : ' -r'
      lines.push(`complete -c millrace -n ${quote(seen)} -l ${flag}${short ? ` -s ${short}` : ''}${takes} -d ${quote(about)}`)
      if (off) lines.push(`complete -c millrace -n ${quote(seen)} -l ${off} -d ${quote(`Not --${flag}`)}`)
    }
  }
  return `${lines.join('\n')}\n`
}
