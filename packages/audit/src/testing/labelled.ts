import type { Rule } from '../rules/rule.ts'

/** A place that an audit must find: nothing else in the repository is to be found. */
export type Label = { readonly rule: string; readonly file: string; readonly line: number }

/** A repository written for tests, and what is wrong with it. */
export type LabelledRepository = {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly labels: readonly Label[]
}

const MARK = /[ \t]*<<([a-z/, -]+)>>/

/**
 * A repository from texts in which each line that is to be found says by which rules: `joblib.load(path) <<rce/joblib-load>>`. The marks
 * are taken out. What must not stand in this repository as it is, a password in an address say, is put together by `~~`.
 */
export function labelled(name: string, texts: Readonly<Record<string, string>>): LabelledRepository {
  const labels: Label[] = []
  const files = Object.entries(texts).map(([file, text]) => {
    const lines = text
      .replaceAll('~~', '')
      .split('\n')
      .map((line, at) => {
        for (const rule of MARK.exec(line)?.[1]?.split(/,\s*/) ?? []) labels.push({ rule, file, line: at + 1 })
        return line.replace(MARK, '')
      })
    return [file, lines.join('\n')] as const
  })
  return { name, files: Object.fromEntries(files), labels }
}

/** A notebook of these cells of Python, as Jupyter writes it. */
export const notebook = (...cells: readonly string[]): string =>
  JSON.stringify(
    {
      cells: cells.map((text) => ({
        cell_type: 'code',
        metadata: {},
        outputs: [],
        source: text.split('\n').map((line, at, all) => (at < all.length - 1 ? `${line}\n` : line)),
      })),
      nbformat: 4,
      nbformat_minor: 5,
    },
    null,
    1,
  )

/** How often a rule was right, found what is no finding, or missed what is one. */
export type Score = { readonly rule: Rule['id']; right: number; wrong: number; missed: number }

export const precision = ({ right, wrong }: Score): number => (right + wrong === 0 ? 1 : right / (right + wrong))
export const recall = ({ right, missed }: Score): number => (right + missed === 0 ? 1 : right / (right + missed))
