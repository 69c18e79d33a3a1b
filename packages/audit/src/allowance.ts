/** What somebody wrote beside a line: `millrace-audit: allow rule/id because`. */
export type Allowance = { readonly rule: string; readonly reason: string }

const MARK = 'millrace-audit: allow '
const WRITTEN = /millrace-audit: allow ([a-z]+\/[a-z-]+)[ \t]+(\S.*?)\s*(?:-->|\*\/)?$/

/** Allowances by the line that they speak of: their own and, where they stand alone on a line, the next. One without a reason is none. */
export function allowances(text: string): ReadonlyMap<number, readonly Allowance[]> {
  const found = new Map<number, Allowance[]>()
  if (!text.includes(MARK)) return found
  for (const [at, line] of text.split('\n').entries()) {
    const match = WRITTEN.exec(line)
    if (!match) continue
    const stands_alone = /^\s*(?:#|\/\/|<!--|\/\*)/.test(line)
    const own = at + 1
    const allowance = { rule: match[1] ?? '', reason: match[2] ?? '' }
    for (const spoken_of of stands_alone ? [own, own + 1] : [own]) found.set(spoken_of, [...(found.get(spoken_of) ?? []), allowance])
  }
  return found
}
