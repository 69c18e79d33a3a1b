import type { Environment, Given, Option } from '@millrace/server/config'

/** What a command is told: flags by name, what stands beside them, and the environment. */
export type Told = { readonly given: Given; readonly args: readonly string[]; readonly env: Environment }

/** One command of `millrace`. Its file loads nothing that another command needs: `run` imports what it works with. */
export type Command = {
  /** As it is typed: `server`, `db check`. */
  readonly name: string
  readonly about: string
  readonly options: readonly Option[]
  /** What may stand beside the flags: `[uri]`. */
  readonly argument?: {
    readonly name: string
    readonly choices?: readonly string[]
    readonly about: string
    /** There may be any number of them. */
    readonly many?: true
  }
  /** More to say in `--help`, in paragraphs. */
  readonly details?: string
  /** What to type, and what it does. */
  readonly examples: readonly (readonly [command: string, meaning: string])[]
  /** Gives the exit code, or nothing while it keeps running. */
  run(told: Told): Promise<number | undefined>
}

/** Exit codes of every command; docs/configuration.md tells them. */
export const EXIT = { fine: 0, failed: 1, usage: 2, forced: 130 } as const
