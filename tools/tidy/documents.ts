import { posix } from 'node:path'
import type { Checkout, Violation } from './checkout.ts'

/** The table of docs/errors.md is the table of http/errors.ts: every code once, with its status, in the same order. */
export function errorTable({ texts }: Checkout, statuses: Readonly<Record<string, number>>): Violation[] {
  const path = 'docs/errors.md'
  const rows = [...(texts.get(path) ?? '').matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (.*) \|$/gm)]
  const written = rows.map(([, code, status]) => `${code} ${status}`)
  const real = Object.entries(statuses).map(([code, status]) => `${code} ${status}`)
  return [
    ...real.filter((one) => !written.includes(one)).map((one) => ({ path, message: `it lacks the row '${one}' of http/errors.ts.` })),
    ...written.filter((one) => !real.includes(one)).map((one) => ({ path, message: `'${one}' is not in http/errors.ts: strike it off.` })),
    ...rows.filter((row) => (row[3] ?? '').trim() === '').map((row) => ({ path, message: `say what ${row[1]} means.` })),
  ]
}

/** A generated file is what its generator makes today. */
export function generated({ texts }: Checkout, path: string, made: string): Violation[] {
  return texts.get(path) === made ? [] : [{ path, message: 'it is not what the endpoints say today: run `npm run generate`.' }]
}

const LINK = /\[[^\]]*\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g

/** A link from one page to another file of the repository leads somewhere. */
export function links({ texts }: Checkout, exists: (path: string) => boolean): Violation[] {
  const found: Violation[] = []
  for (const [path, text] of texts) {
    if (!path.endsWith('.md')) continue
    for (const [, target = ''] of text.matchAll(LINK)) {
      if (/^[a-z]+:/.test(target)) continue
      const file = posix.normalize(posix.join(posix.dirname(path), target))
      if (!exists(file)) found.push({ path, message: `the link to '${target}' leads nowhere.` })
    }
  }
  return found
}
