import type { Context } from './finding.ts'
import { type Command, readCommands } from './syntax/commands.ts'
import { commandsOfImage, type Instruction, readInstructions } from './syntax/dockerfile.ts'
import { type Facts, NO_FACTS } from './syntax/facts.ts'
import type { Grammar } from './syntax/grammars.ts'
import { readJavascript } from './syntax/javascript.ts'
import { type Pair, readPairs } from './syntax/pairs.ts'
import { readPython } from './syntax/python.ts'

/**
 * What a text is written in. `notebook` is the file around its cells, with what they put out, `data` rows of texts and programs that were
 * generated; `config` is everything of `name = value` and
 * `NAME=value`; `json` is what a file of JSON gives names, beside the text that it is.
 */
export type Language =
  | 'python'
  | 'shell'
  | 'javascript'
  | 'yaml'
  | 'dockerfile'
  | 'markdown'
  | 'requirements'
  | 'config'
  | 'json'
  | 'notebook'
  | 'data'
  | 'text'

/** Which grammar a language is read by, where it is read by one. */
export const GRAMMARS: Partial<Record<Language, Grammar>> = {
  python: 'python',
  javascript: 'javascript',
  shell: 'shell',
  dockerfile: 'shell',
}

/** A piece of text in one language: a file, a cell of a notebook, a fence in Markdown, a script in a manifest. */
export class Unit {
  readonly file: string
  readonly language: Language
  readonly text: string
  readonly context: Context
  /** The line in the file of each line of the unit. */
  readonly #lines_in_file: (line: number) => number
  #lines?: readonly string[]
  #facts?: Facts
  #instructions?: readonly Instruction[]
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

  /** Calls and assignments of Python, JavaScript and TypeScript, from their syntax trees. */
  get facts(): Facts {
    this.#facts ??=
      this.language === 'python' ? readPython(this.text) : this.language === 'javascript' ? readJavascript(this.text) : NO_FACTS
    return this.#facts
  }

  /** The instructions of a Dockerfile. */
  get instructions(): readonly Instruction[] {
    this.#instructions ??= this.language === 'dockerfile' ? readInstructions(this.text) : []
    return this.#instructions
  }

  /** Commands of a shell script, or of a Dockerfile's RUN, CMD and ENTRYPOINT. */
  get commands(): readonly Command[] {
    this.#commands ??= this.language === 'dockerfile' ? commandsOfImage(this.instructions) : readCommands(this.text)
    return this.#commands
  }

  /** Keys and values, wherever they are nested. */
  get pairs(): readonly Pair[] {
    this.#pairs ??= readPairs(this.text, this.language)
    return this.#pairs
  }
}
