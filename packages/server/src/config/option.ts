/**
 * A flag of a command, and the variable that stands for it. Commands, `--help`, shell completion and docs/configuration.md are all made
 * of these, so that none of them can say something else.
 */
export type Option = {
  /** Without the dashes, as it is typed: `backend-store-uri`. */
  readonly flag: string
  /** One letter: `-p`. */
  readonly short?: string
  /** The environment variables that are read when the flag isn't given, the first that is set winning. */
  readonly variables?: readonly string[]
  /** What stands for the value in `--help`: `<port>`. Without it the flag is a switch. */
  readonly value?: string
  /** A switch that can also be turned off: the name of the flag that does. */
  readonly off?: string
  /** What holds when neither is given, for people. */
  readonly fallback?: string
  readonly choices?: readonly string[]
  readonly about: string
  readonly group: string
}

/** What was typed, by flag name: `{ port: '5000', 'serve-artifacts': false }`. */
export type Given = { readonly [flag: string]: string | boolean | undefined }

export type Environment = { readonly [name: string]: string | undefined }
