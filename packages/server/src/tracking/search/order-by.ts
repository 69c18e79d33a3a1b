import { invalid } from '../../http/errors.ts'
import type { Language } from './language.ts'
import { tokens } from './lexer.ts'
import { type Identified, place, subjectAt } from './subject.ts'

export const ORDERS_MAX = 16
export const ORDER_MAX = 1_000

/** One key of an order: what to sort by, and which way. */
export type Order = { readonly entity: Identified['entity']; readonly name: string; readonly direction: 'asc' | 'desc' }

/**
 * Reads `order_by`: names as in a filter, each with ASC (also when left out) or DESC behind it.
 * @throws ApiError INVALID_PARAMETER_VALUE
 */
export function parseOrderBy(texts: readonly string[], language: Language): readonly Order[] {
  if (texts.length > ORDERS_MAX) throw invalid(`order_by has ${texts.length} keys; at most ${ORDERS_MAX} are taken.`)
  const orders = texts.map((text) => parseOrder(text, language))
  const seen = new Set<string>()
  for (const { entity, name } of orders) {
    const what = JSON.stringify([entity, name])
    if (seen.has(what)) throw invalid(`\`order_by\` contains duplicate fields: ${entity} '${name}' is there twice.`)
    seen.add(what)
  }
  return orders
}

function parseOrder(text: string, language: Language): Order {
  if (text.length > ORDER_MAX) throw invalid(`Invalid order_by clause: it has ${text.length} characters; at most ${ORDER_MAX} are taken.`)
  const list = tokens(text)
  const found = subjectAt(list, 0, language)
  const way = found && list[found.taken]
  if (!found || !way || (way.kind !== 'end' && way.kind !== 'word') || (way.kind === 'word' && list[found.taken + 1]?.kind !== 'end')) {
    throw invalid(
      `Invalid order_by clause ${place(text, 1)}. Could not be parsed: write a name and ASC or DESC, as in "metrics.loss DESC".`,
    )
  }
  const direction = way.kind === 'end' ? 'asc' : way.text.toLowerCase()
  if (direction !== 'asc' && direction !== 'desc') {
    throw invalid(`Invalid ordering key in order_by clause ${place(text, 1)}: '${way.text}' must be ASC or DESC.`)
  }
  return { entity: found.subject.entity, name: found.subject.name, direction }
}
