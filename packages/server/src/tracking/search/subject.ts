import { type ApiError, invalid } from '../../http/errors.ts'
import type { Entity, Language, Subject } from './language.ts'
import type { Token } from './lexer.ts'

/** What a clause or an order is about: `metrics.loss`, `attribute.status`, `dataset.name`. */
export type Identified = Subject & { readonly entity: Entity; readonly at: number }

const NUMERIC = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** The number that a word stands for, or undefined. */
export const numberOf = (word: string): number | undefined => (NUMERIC.test(word) ? Number(word) : undefined)

/** A name as it was written: the part before the dot, where there is one, and the part after it; how many tokens it took. */
type Written = { readonly entity: string | undefined; readonly key: string; readonly taken: number }

/**
 * Reads `name`, `entity.key`, `entity."any key"`, and the same with the entity or the whole name in backticks or double quotes.
 * @returns undefined when no name begins at this token
 */
function written(list: readonly Token[], from: number): Written | undefined {
  const [first, second, third] = [list[from], list[from + 1], list[from + 2]]
  if (first?.kind === 'word') {
    if (numberOf(first.text) !== undefined) return undefined
    const dot = first.text.indexOf('.')
    if (dot === -1) return { entity: undefined, key: first.text, taken: 1 }
    const entity = first.text.slice(0, dot)
    const key = first.text.slice(dot + 1)
    if (key !== '') return key.endsWith('.') ? undefined : { entity, key, taken: 1 }
    return second?.kind === 'quoted' && second.glued ? { entity, key: second.content, taken: 2 } : undefined
  }
  if (first?.kind !== 'quoted' || first.quote === "'") return undefined
  if (second?.kind !== 'word' || !second.glued || !second.text.startsWith('.')) return { entity: undefined, key: first.content, taken: 1 }
  if (second.text !== '.') return { entity: first.content, key: second.text.slice(1), taken: 2 }
  return third?.kind === 'quoted' && third.glued ? { entity: first.content, key: third.content, taken: 3 } : undefined
}

/**
 * The name that begins at a token, looked up in the language.
 * @returns undefined when the tokens are no name at all
 * @throws ApiError INVALID_PARAMETER_VALUE when it is the name of nothing that can be searched
 */
export function subjectAt(list: readonly Token[], from: number, language: Language): { subject: Identified; taken: number } | undefined {
  const name = written(list, from)
  if (!name) return undefined
  const at = list[from]?.at ?? 0
  return { subject: { ...look(name, language, at), at }, taken: name.taken }
}

function look({ entity, key }: Written, language: Language, at: number): Subject & { entity: Entity } {
  const kind = entity === undefined ? 'attribute' : language.entities.get(entity)
  if (kind === undefined) throw unknown(`Invalid entity type '${entity}'`, at, [...language.entities.keys()])
  if (kind === 'attribute') {
    const subject = language.attributes.get(key)
    if (subject) return { ...subject, entity: kind }
    // `metrics.a` in one pair of quotes is one name with a dot in it.
    if (entity === undefined && key.includes('.'))
      throw invalid(`Invalid entity type in ${place(key, at)}: put quotes around the key only.`)
    throw unknown(`Invalid attribute key '${key}' specified`, at, [...language.attributes.keys()])
  }
  if (kind === 'dataset') {
    const subject = language.datasets.get(key)
    if (!subject) throw unknown(`Invalid dataset key '${key}' specified`, at, [...language.datasets.keys()])
    return { ...subject, entity: kind }
  }
  const rules = language.keyed.get(kind)
  if (!rules) throw new Error(`the language has no ${kind}`)
  return { ...rules, name: key, entity: kind }
}

const unknown = (what: string, at: number, valid: readonly string[]): ApiError =>
  invalid(`${what} at character ${at}. Valid are: ${valid.join(', ')}.`)

const EXCERPT_MAX = 100

/** A piece of the text and its place, for a message. */
export const place = (piece: string, at: number): string =>
  `'${piece.length > EXCERPT_MAX ? `${piece.slice(0, EXCERPT_MAX)}...` : piece}' at character ${at}`
