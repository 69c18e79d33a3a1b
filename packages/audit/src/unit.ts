import type { Context } from './finding.ts'
import { type Command, readCommands } from './syntax/commands.ts'
import { type Pair, readPairs } from './syntax/pairs.ts'
import { type PythonFacts, readPython } from './syntax/python.ts'

/** What a text is written in. `config` is everything of `name = value` and `NAME=value`. */
export type Language = 'python' | 'shell' | 'javascript' | 'yaml' | 'dockerfile' | 'markdown' | 'requirements' | 'config' | 'text'

/** A piece of text in one language: a file, a cell of a notebook, a fence in Markdown, a script in a manifest. */
export class Unit {
  readonly file: string
  readonly language: Language
  readonly text: string
  readonly context: Context
  /** The line in the file of each line of the unit. */
  readonly #lines_in_file: (line: number) => number
  #lines?: readonly string[]
  #python?: PythonFacts
  #commands?: readonly Command[]
  #pairs?: readonly Pair[]

  constructor(file: string, language: Language, text: string, context: Context, linesInFile = (line: number): number => line) {
    this.file = file
    this.language = language
    this.text = text
    this.context = context
    this.#lines_in_file = linesInFile
  }

  lineInFile(line: number): number {
    return this.#lines_in_file(line)
  }

  get lines(): readonly string[] {
    this.#lines ??= this.text.split('\n')
    return this.#lines
  }

  /** Calls, assignments and imports of Python, from its syntax tree. */
  get python(): PythonFacts {
    this.#python ??= readPython(this.text)
    return this.#python
  }

  /** Commands of a shell script, or of a Dockerfile's RUN, CMD and ENTRYPOINT. */
  get commands(): readonly Command[] {
    this.#commands ??= readCommands(this.text, this.language === 'dockerfile')
    return this.#commands
  }

  /** Keys and values, wherever they are nested. */
  get pairs(): readonly Pair[] {
    this.#pairs ??= readPairs(this.text, this.language)
    return this.#pairs
  }
}
