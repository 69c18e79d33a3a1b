/** An argument of a call. */
export type Argument = {
  readonly name?: string
  readonly text: string
  /** The text of a string without anything to be filled in. */
  readonly value?: string
  /** Whether it is the same each time: a string without gaps, a number, a list of such. */
  readonly constant: boolean
}

/** A call, its name spelled in full as the imports say: `load` after `from joblib import load` is `joblib.load`. */
export type Call = {
  readonly name: string
  readonly args: readonly Argument[]
  readonly line: number
  readonly end_line: number
  readonly text: string
  /** The function that it is in, by where that begins; -1 outside of all. */
  readonly scope: number
}

/** A name that gets a value. */
export type Assignment = { readonly names: readonly string[]; readonly text: string; readonly line: number; readonly scope: number }

/** A key of an object or dictionary that is written out, or what a parameter is where nothing is given. */
export type Property = { readonly name: string; readonly text: string; readonly line: number }

/** A function that is defined: its name, what it takes, and the scope that its body is. */
export type FunctionFact = { readonly name: string; readonly params: string; readonly line: number; readonly scope: number }

/** What rules ask of a program: it is read, never run. */
export type Facts = {
  readonly calls: readonly Call[]
  readonly assignments: readonly Assignment[]
  readonly properties: readonly Property[]
  readonly functions: readonly FunctionFact[]
}

export const NO_FACTS: Facts = { calls: [], assignments: [], properties: [], functions: [] }

const DEPTH_MAX = 4
const NAME = /^[A-Za-z_$][\w$]*$/
const LITERAL = /^[rRbBuU]?(?:"""|'''|"|'|`)([^"'`]*)(?:"""|'''|"|'|`)$/

/**
 * Every fixed text that an argument may come to: itself, or what its name got in the same function, or else outside of all; nothing where
 * one of these is put together of others.
 */
export function fixedTexts(argument: Argument | undefined, call: Call, { assignments }: Facts): readonly string[] | undefined {
  if (argument?.value !== undefined) return [argument.value]
  let texts = [argument?.text ?? '']
  for (let depth = 0; depth < DEPTH_MAX && texts.some((text) => NAME.test(text)); depth++) {
    texts = texts.flatMap((text) => (NAME.test(text) ? given(text) : [text]))
  }
  const fixed = texts.map((text) => (/^[fF]/.test(text) || text.includes('${') ? undefined : LITERAL.exec(text)?.[1]))
  return fixed.length > 0 && fixed.every((text) => text !== undefined) ? fixed : undefined

  function given(name: string): string[] {
    const all = assignments.filter(({ names }) => names.length === 1 && names[0] === name)
    const own = all.filter(({ scope }) => scope === call.scope)
    return (own.length > 0 ? own : all.filter(({ scope }) => scope === -1)).map(({ text }) => text)
  }
}

/** What an argument comes to where it is one fixed text, whichever way the program takes. */
export function fixedText(argument: Argument | undefined, call: Call, facts: Facts): string | undefined {
  const [only, another] = new Set(fixedTexts(argument, call, facts))
  return another === undefined ? only : undefined
}

/** Names that got what `is_source` matches, in the function of a call, by way of any number of other names. */
export function namesFrom(is_source: RegExp, call: Call, { assignments }: Facts, is_clean?: RegExp): ReadonlySet<string> {
  const tainted = new Set<string>()
  for (let grew = true; grew; ) {
    grew = false
    for (const { names, text, scope } of assignments) {
      if ((scope !== call.scope && scope !== -1) || is_clean?.test(text)) continue
      if (!is_source.test(text) && !mentions(text, tainted)) continue
      for (const name of names) {
        if (tainted.has(name)) continue
        tainted.add(name)
        grew = true
      }
    }
  }
  return tainted
}

const PLAIN_TEXT = /(?<![\w"'])[rRbBuU]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/g
const FILLED_TEXT = /(?<!\w)[rR]?[fF][rR]?("""|'''|"|')([\s\S]*?)\1|`([^`]*)`/g

/** The code of a text: strings left out, but for what is filled into them. */
const codeOf = (text: string): string =>
  text
    .replaceAll(FILLED_TEXT, (_all, _quote: string, python = '', javascript = '') =>
      (`${python}${javascript}`.match(/\{[^{}]*\}/g) ?? []).map((part) => part.replace(/![rsa]|:[^}]*/, '')).join(' '),
    )
    .replaceAll(PLAIN_TEXT, ' ')

/** Whether the code of a text names one of these, itself or a part of it. */
export function mentions(text: string, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false
  const code = /["'`]/.test(text) ? codeOf(text) : text
  return (code.match(/[A-Za-z_$][\w.$]*/g) ?? []).some((word) => names.has(word) || names.has(word.split('.')[0] ?? ''))
}
