import type { Option } from '@millrace/server/config'
import type { Command } from './command.ts'
import { HELP } from './parse.ts'

const WIDTH = 100
const LEFT = 34

/** What `millrace --help` says. */
export function overview(commands: readonly Command[], version: string): string {
  return [
    `Millrace ${version}: a tracking server for every MLflow client.`,
    '',
    'Usage: millrace <command> [flags]',
    '',
    'Commands',
    ...rows(commands),
    '',
    'Flags',
    row('  --help', 'Say this; after a command, what that command takes'),
    row('  --version', 'Say the version'),
    row('  --env-file <file>', 'Read variables from this file first'),
    '',
    'Examples',
    ...examples([
      ['millrace server', 'a server on http://127.0.0.1:5000, data in ./millrace-data'],
      ['export MLFLOW_TRACKING_URI=http://127.0.0.1:5000', 'points MLflow clients at it'],
    ]),
    '',
    'Exit codes: 0 fine, 1 it failed, 2 what was typed or configured can not be followed, 130 cut off by a second Ctrl-C.',
    '',
  ].join('\n')
}

/** What `millrace <first word> --help` says, where several commands begin with it. */
export const helpForFamily = (word: string, family: readonly Command[]): string =>
  [
    `Usage: millrace ${word} <command> [flags]`,
    '',
    'Commands',
    ...rows(family),
    '',
    `See millrace ${family[0]?.name} --help for one.`,
  ].join('\n')

/** What `millrace <command> --help` says. */
export function helpFor(command: Command): string {
  const groups = Map.groupBy([...command.options, HELP], (option) => option.group)
  const argument = command.argument ? ` [${command.argument.name}${command.argument.many ? '...' : ''}]` : ''
  return [
    `${command.about}.`,
    '',
    `Usage: millrace ${command.name}${argument} [flags]`,
    '',
    ...(command.details ? [...wrap(command.details, WIDTH), ''] : []),
    ...(command.argument ? [row(`  ${command.argument.name}`, command.argument.about), ''] : []),
    ...[...groups].flatMap(([group, options]) => [group, ...options.map((option) => row(`  ${spelled(option)}`, told(option))), '']),
    'Examples',
    ...examples(command.examples),
    '',
  ].join('\n')
}

const rows = (commands: readonly Command[]): string[] => commands.map(({ name, about }) => row(`  ${name}`, about))

const spelled = ({ flag, short, value, off }: Option): string =>
  `${short ? `-${short}, ` : ''}--${flag}${off ? `, --${off}` : ''}${value ? ` ${value}` : ''}`

function told({ about, choices, fallback, variables }: Option): string {
  const parts = [
    choices ? `one of ${choices.join(', ')}` : '',
    fallback ? `default: ${fallback}` : '',
    variables ? `or ${variables.join(', ')}` : '',
  ].filter((part) => part !== '')
  return parts.length > 0 ? `${about} (${parts.join('; ')})` : about
}

const examples = (list: Command['examples']): string[] => list.flatMap(([command, meaning]) => [`  ${command}`, `      ${meaning}`])

function row(left: string, right: string): string {
  const lines = wrap(right, WIDTH - LEFT)
  const first = left.length < LEFT ? [left.padEnd(LEFT) + (lines.shift() ?? '')] : [left]
  return [...first, ...lines.map((line) => ' '.repeat(LEFT) + line)].join('\n')
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? ''
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines
}
