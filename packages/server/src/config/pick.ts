import { ConfigProblem } from '../config-problem.ts'
import type { Environment, Given, Option } from './option.ts'

/** A value and where it came from, for messages: `--port` or `MLFLOW_PORT`. */
export type Picked = { readonly value: string; readonly from: string; readonly typed: boolean }

/** Reads the options of one command: a flag wins over its variables; a variable that is set to nothing is not set. */
export class Picker {
  readonly #options: ReadonlyMap<string, Option>
  readonly #given: Given
  readonly #env: Environment

  constructor(options: readonly Option[], given: Given, env: Environment) {
    this.#options = new Map(options.map((option) => [option.flag, option]))
    this.#given = given
    this.#env = env
  }

  text(flag: string): Picked | undefined {
    const option = this.#optionOf(flag)
    const typed = this.#given[flag]
    if (typeof typed === 'string') return choose(option, { value: typed, from: `--${flag}`, typed: true })
    for (const variable of option.variables ?? []) {
      const value = this.#env[variable]
      if (value) return choose(option, { value, from: variable, typed: false })
    }
    return undefined
  }

  /** @throws ConfigProblem when it isn't a whole number between the two */
  whole(flag: string, min: number, max: number, fallback: number): number {
    const picked = this.text(flag)
    if (!picked) return fallback
    const value = Number(picked.value)
    if (!/^\d+$/.test(picked.value) || value < min || value > max) {
      throw new ConfigProblem(`${picked.from} takes a whole number from ${min} to ${max}, not "${picked.value}".`)
    }
    return value
  }

  on(flag: string, fallback = false): boolean {
    const typed = this.#given[flag]
    if (typeof typed === 'boolean') return typed
    for (const variable of this.#optionOf(flag).variables ?? []) {
      const value = this.#env[variable]?.trim().toLowerCase()
      if (!value) continue
      if (['1', 'true', 't', 'yes', 'y', 'on'].includes(value)) return true
      if (['0', 'false', 'f', 'no', 'n', 'off'].includes(value)) return false
      throw new ConfigProblem(`${variable} takes true or false, not "${this.#env[variable]}".`)
    }
    return fallback
  }

  list(flag: string): readonly string[] {
    const parts = this.text(flag)?.value.split(',') ?? []
    return parts.map((part) => part.trim()).filter((part) => part !== '')
  }

  /** How it was asked for, if at all: the flag or the variable. */
  askedBy(flag: string): string | undefined {
    if (this.#given[flag] !== undefined) return `--${flag}`
    return this.#optionOf(flag).variables?.find((variable) => this.#env[variable])
  }

  #optionOf(flag: string): Option {
    const option = this.#options.get(flag)
    if (!option) throw new Error(`no option --${flag} is declared`)
    return option
  }
}

function choose(option: Option, picked: Picked): Picked {
  if (!option.choices) return picked
  const value = option.choices.find((choice) => choice.toLowerCase() === picked.value.toLowerCase())
  if (value === undefined) throw new ConfigProblem(`${picked.from} is one of ${option.choices.join(', ')}, not "${picked.value}".`)
  return { ...picked, value }
}
