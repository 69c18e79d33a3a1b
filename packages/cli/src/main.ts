#!/usr/bin/env node
import { ConfigProblem } from '@millrace/server/config/problem'
import { type Command, EXIT } from './command.ts'
import { loadEnvFile } from './env-file.ts'

/** What was typed before the command's name. */
type Leading = { command: readonly string[]; env_file?: string; help: boolean; version: boolean }

function leading(argv: readonly string[]): Leading {
  const found: Leading = { command: [], help: false, version: false }
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (word === '--help' || word === '-h' || word === 'help') found.help = true
    else if (word === '--version' || word === '-v') found.version = true
    else if (word === '--env-file') found.env_file = argv[++at] ?? ''
    else if (word.startsWith('--env-file=')) found.env_file = word.slice('--env-file='.length)
    else return { ...found, command: argv.slice(at) }
  }
  return found
}

async function main(argv: readonly string[]): Promise<number | undefined> {
  const { command: typed, env_file, help, version } = leading(argv)
  if (version) return say(`millrace ${await versionOf()}`)
  const commands = await commandsFor(typed)
  if (typed.length === 0) {
    const { overview } = await import('./help.ts')
    return say(overview(commands, await versionOf()), help ? EXIT.fine : EXIT.usage)
  }
  const family = commands.filter(({ name }) => name.startsWith(`${typed[0]} `))
  if (family.length > 0 && ((help && typed.length === 1) || typed[1] === '--help' || typed[1] === '-h')) {
    return say((await import('./help.ts')).helpForFamily(typed[0] ?? '', family))
  }
  const command = await find(commands, typed, family)
  const rest = typed.slice(command.name.split(' ').length)
  const { parse } = await import('./parse.ts')
  const { given, args } = parse(command, rest)
  if (help || given.help) return say((await import('./help.ts')).helpFor(command))
  const file = typeof given['env-file'] === 'string' ? given['env-file'] : env_file
  if (file !== undefined) loadEnvFile(file)
  return command.run({ given, args, env: process.env })
}

/** All commands; for those that should start at once, themselves alone: the others bring the client, the scanner and the signer. */
async function commandsFor(typed: readonly string[]): Promise<readonly Command[]> {
  if (typed[0] === 'scan') return [(await import('./scan.ts')).scan]
  if (typed[0] === 'server') return [(await import('./server.ts')).server]
  return (await import('./commands.ts')).commands
}

async function find(commands: readonly Command[], typed: readonly string[], family: readonly Command[]): Promise<Command> {
  const found = commands.find(({ name }) => name === typed.slice(0, name.split(' ').length).join(' '))
  if (found) return found
  const { nearest } = await import('./nearest.ts')
  const near = nearest(
    typed.slice(0, 2).join(' '),
    commands.map(({ name }) => name),
  )
  const hint =
    family.length > 0 ? ` It is one of ${family.map(({ name }) => name).join(', ')}.` : near ? ` Did you mean millrace ${near}?` : ''
  const what = family.length > 0 ? typed.slice(0, 2).join(' ') : (typed[0] ?? '')
  throw new ConfigProblem(`"${what}" is no command.${hint} See millrace --help.`)
}

const versionOf = async (): Promise<string> => (await import('./version.ts')).version

function say(text: string, code: number = EXIT.fine): number {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
  return code
}

// Who reads no further, as `head` does, ends nothing: a scan's exit code stays what was found, and a server goes on.
for (const end of [process.stdout, process.stderr]) {
  end.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

try {
  const code = await main(process.argv.slice(2))
  if (code !== undefined) process.exitCode = code
} catch (error) {
  const { explain } = await import('./explain.ts')
  const { sentence, code } = explain(error)
  process.stderr.write(`millrace: ${sentence}\n`)
  // Not process.exitCode: what a half-started server left open must not keep the process alive.
  process.exit(code)
}
