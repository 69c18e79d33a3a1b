/** A part of a filter: from a place to before another. */
export type Part = { readonly from: number; readonly to: number }

const AT = /at character (\d+)/g
const PIECE = /^(?:'[^']*'?|"[^"]*"?|`[^`]*`?|[^\s()'",`]+|.)/su

/** The part of a filter that the server's sentence about it means; undefined where it names no place, as of a filter that is too long. */
export function problemIn(filter: string, sentence: string): Part | undefined {
  // The sentence may repeat what somebody wrote, "at character 3" for one: the server's own words come after that.
  const found = [...sentence.matchAll(AT)].at(-1)?.[1]
  if (found === undefined) return undefined
  const from = Math.min(Math.max(0, Number(found) - 1), filter.length)
  const piece = PIECE.exec(filter.slice(from))?.[0] ?? ''
  return { from, to: from + piece.length }
}
