import { parseArgs } from 'node:util'
import { ConfigProblem, type Option, withoutPasswords } from '@millrace/server/config/problem'
import type { Command, Told } from './command.ts'
import { nearest } from './nearest.ts'

/** Flags that every command takes. */
export const HELP: Option = { flag: 'help', about: 'Say this', group: 'Help' }

/** Reads what was typed after a command's name. @throws ConfigProblem that names the flag and never its value */
export function parse(command: Command, argv: readonly string[]): Omit<Told, 'env'> {
  const options = [...command.options, HELP]
  const { tokens } = parseArgs({
    args: expandShort(argv, options),
    options: shapes(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given: Record<string, string | boolean> = {}
  const args: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value)
    else if (token.kind === 'option') take(token, options, given, command)
  }
  const most = command.argument?.many ? Number.POSITIVE_INFINITY : command.argument ? 1 : 0
  if (args.length > most) {
    throw new ConfigProblem(`${withoutPasswords(args[most] ?? '')}: nothing more is expected here. See millrace ${command.name} --help.`)
  }
  return { given, args }
}

type Shape = { type: 'string' | 'boolean' }

function shapes(options: readonly Option[]): Record<string, Shape> {
  const all: Record<string, Shape> = {}
  for (const { flag, value, off } of options) {
    all[flag] = { type: value === undefined ? 'boolean' : 'string' }
    if (off) all[off] = { type: 'boolean' }
  }
  return all
}

/** `-p 5000` and `-p5000` become `--port=5000`, so that the rest sees long flags only. */
function expandShort(argv: readonly string[], options: readonly Option[]): string[] {
  const end = argv.indexOf('--')
  return argv.map((word, at) => {
    if (!/^-[a-zA-Z]/.test(word) || (end !== -1 && at > end)) return word
    const option = options.find(({ short }) => short === word[1])
    if (!option || isValueOf(argv[at - 1], options)) return word
    const rest = word.slice(2).replace(/^=/, '')
    return rest === '' ? `--${option.flag}` : `--${option.flag}=${rest}`
  })
}

/** Whether the word after this one is its value: `--uvicorn-opts -p` is no port. */
function isValueOf(word: string | undefined, options: readonly Option[]): boolean {
  return options.some(({ flag, short, value }) => value !== undefined && (word === `--${flag}` || (short && word === `-${short}`)))
}

type Token = { name: string; rawName: string; value?: string | undefined; inlineValue?: boolean | undefined }

function take(token: Token, options: readonly Option[], given: Record<string, string | boolean>, command: Command): void {
  const option = options.find(({ flag, off }) => flag === token.name || off === token.name)
  if (!option) throw unknownFlag(token.rawName, options, command)
  if (option.value === undefined) {
    if (token.value !== undefined) throw new ConfigProblem(`${token.rawName} is a switch and takes no value.`)
    given[option.flag] = token.name === option.flag
  } else {
    if (token.value === undefined) throw new ConfigProblem(`${token.rawName} needs a value: ${token.rawName} ${option.value}.`)
    given[option.flag] = token.value
  }
}

function unknownFlag(raw: string, options: readonly Option[], command: Command): ConfigProblem {
  const known = options.flatMap(({ flag, off }) => [`--${flag}`, ...(off ? [`--${off}`] : [])])
  const near = nearest(raw, known)
  return new ConfigProblem(
    `${raw} is no flag of millrace ${command.name}.${near ? ` Did you mean ${near}?` : ''} See millrace ${command.name} --help.`,
  )
}
