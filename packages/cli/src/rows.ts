import type { Option } from '@millrace/server/config'

/** A switch of commands that list something. */
export const JSON_OPTION: Option = { flag: 'json', about: 'Answer as JSON, for programs', group: 'Output' }

/** Columns of text as wide as what is in them. */
export function rows(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const all = [head, ...lines].map((line) => line.map(printable))
  const widths = head.map((_, at) => all.reduce((widest, line) => Math.max(widest, line[at]?.length ?? 0), 0))
  return all
    .map(
      (line) =>
        `${line
          .map((cell, at) => cell.padEnd(widths[at] as number))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** The day of a time, in UTC. */
export const day = (ms: number | null): string => (ms === null ? '' : new Date(ms).toISOString().slice(0, 10))

// A name may hold whatever its maker typed: it must not move the cursor.
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '?')
