import { type Command, program } from '../syntax/commands.ts'
import type { Argument, Call } from '../syntax/facts.ts'
import type { Pair } from '../syntax/pairs.ts'
import type { Unit } from '../unit.ts'
import type { Hit } from './rule.ts'

/** Calls that something is wrong with. */
export const callsWhere =
  (wrong: (call: Call, unit: Unit) => boolean) =>
  (unit: Unit): Hit[] =>
    unit.facts.calls.filter((call) => wrong(call, unit)).map(hitOf)

export const hitOf = ({ line, end_line }: { line: number; end_line: number }): Hit => ({ line, end_line })

/** Commands that something is wrong with: `words` begin with the program's name. */
export const commandsWhere =
  (wrong: (words: readonly string[], command: Command) => boolean) =>
  (unit: Unit): Hit[] =>
    unit.commands.filter((command) => wrong(program(command), command)).map(hitOf)

/** Keys whose value is wrong. */
export const pairsWhere =
  (wrong: (pair: Pair, all: readonly Pair[]) => boolean) =>
  (unit: Unit): Hit[] =>
    unit.pairs.filter((pair) => wrong(pair, unit.pairs)).map(({ line }) => ({ line }))

/** Lines that match; `spare` matches what looks like it and is fine. */
export const linesLike =
  (pattern: RegExp, spare?: RegExp) =>
  (unit: Unit): Hit[] =>
    unit.lines.flatMap((line, at) => (pattern.test(line) && !spare?.test(line) ? [{ line: at + 1 }] : []))

/** Finds by the language of the unit. */
export const byLanguage =
  (finders: Partial<Record<Unit['language'], (unit: Unit) => Hit[]>>) =>
  (unit: Unit): Hit[] =>
    finders[unit.language]?.(unit) ?? []

export const named = (call: Call, name: string): Argument | undefined => call.args.find((one) => one.name === name)

export const isTrue = (call: Call, name: string): boolean => named(call, name)?.text === 'True'

/** The argument at a place, or by its name. */
export const argumentAt = (call: Call, at: number, name?: string): Argument | undefined =>
  call.args.filter((one) => one.name === undefined)[at] ?? (name === undefined ? undefined : named(call, name))

/** The program's own name, without the folder it is in. */
export const isProgram = (words: readonly string[], ...names: readonly string[]): boolean =>
  names.includes((words[0] ?? '').replace(/^.*\//, ''))

export const hasGap = (text: string): boolean => /\$\{?\w|\$\(|`/.test(text)
