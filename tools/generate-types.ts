import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { JsonSchema } from '../packages/server/src/http/schema.ts'

type Direction = 'in' | 'out'

/** Shapes that many fields share and none should give its name. */
const KNOWN = new Map([['{\nkey: string\nvalue: string\n}', 'KeyValue']])
const SAYS_LITTLE = new Set(['Info', 'Data', 'Input', 'Output', 'Item', 'Value', 'Record', 'File'])

/**
 * The names under which the server's own files export object schemas: `export const Experiment = object({ ... })`.
 * @param texts the repository's files by their path
 */
export async function schemaNames(texts: ReadonlyMap<string, string>, root: string): Promise<Map<JsonSchema, string>> {
  const names = new Map<JsonSchema, string>()
  for (const [path, text] of texts) {
    if (!path.startsWith('packages/server/src/') || path.endsWith('.test.ts')) continue
    const exported = [...text.matchAll(/^export const ([A-Z]\w*) = object\(/gm)].map((match) => match[1] as string)
    if (exported.length === 0) continue
    const module: Record<string, { json: JsonSchema }> = await import(pathToFileURL(join(root, path)).href)
    for (const name of exported) if (module[name]) names.set(module[name].json, name)
  }
  return names
}

/**
 * JSON Schemas as TypeScript. An object is called as the server calls it, and else after the fields that hold it: the `info` of a `run`
 * is a `RunInfo`.
 */
export class TypeNames {
  readonly #given: ReadonlyMap<JsonSchema, string>
  readonly #byShape = new Map<string, string>()
  readonly #taken = new Set(KNOWN.values())

  constructor(given: ReadonlyMap<JsonSchema, string>) {
    this.#given = given
  }

  /** @param within the names of the fields that hold the value, outermost first */
  typeOf(schema: JsonSchema, direction: Direction, within: readonly string[]): string {
    if (schema.format === 'double') return 'Double'
    if (Array.isArray(schema.enum)) return schema.enum.map((one) => JSON.stringify(one)).join(' | ')
    const anyOf = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined
    if (anyOf) return anyOf.map((one) => this.typeOf(one, direction, within)).join(' | ')
    if (schema.type === 'string' || schema.type === 'boolean' || schema.type === 'null') return schema.type
    if (schema.type === 'integer' || schema.type === 'number') return 'number'
    if (schema.type === 'array') {
      const item = this.typeOf((schema.items ?? {}) as JsonSchema, direction, within)
      return item.includes('|') ? `(${item})[]` : `${item}[]`
    }
    if (schema.type !== 'object') return 'unknown'
    if (!schema.properties) return `Record<string, ${this.typeOf((schema.additionalProperties ?? {}) as JsonSchema, direction, within)}>`
    const shape = this.#shapeOf(schema, direction, within)
    return within.length === 0 ? shape : this.#nameOf(shape, direction, this.#given.get(schema), within)
  }

  /** The named types, in the order in which they were first met. */
  declarations(): string[] {
    return [...this.#byShape].map(([shape, name]) => `export type ${name} = ${shape}\n`)
  }

  #shapeOf(schema: JsonSchema, direction: Direction, within: readonly string[]): string {
    const required = new Set((schema.required ?? []) as string[])
    const fields = Object.entries(schema.properties as Record<string, JsonSchema>).map(([name, field]) => {
      // A field with a default may be left out on the way in, and is always there on the way out.
      const there = required.has(name) || (direction === 'out' && field.default !== undefined)
      const note = field.description ? `/** ${field.description} */\n` : ''
      const key = /^[a-zA-Z_]\w*$/.test(name) ? name : JSON.stringify(name)
      return `${note}${key}${there ? '' : '?'}: ${this.typeOf(field, direction, [...within, name])}${there ? '' : ' | undefined'}`
    })
    return fields.length === 0 ? 'Record<string, never>' : `{\n${fields.join('\n')}\n}`
  }

  #nameOf(shape: string, direction: Direction, given: string | undefined, within: readonly string[]): string {
    const known = KNOWN.get(shape) ?? this.#byShape.get(shape)
    if (known) {
      this.#byShape.set(shape, known)
      return known
    }
    const words = within.map(singular)
    // The shortest name that says something and that no other shape has: Run, RunInfo; then TagInput; then a number.
    const all = words.map((_, at) => words.slice(words.length - 1 - at).join(''))
    const found = all.length > 1 && SAYS_LITTLE.has(all[0] as string) ? all.slice(1) : all
    const names = given === undefined ? found : [given]
    const inputs = direction === 'in' ? names.map((name) => `${name}Input`) : []
    const numbered = Array.from({ length: 20 }, (_, at) => `${names[0]}${at + 2}`)
    const name = [...names, ...inputs, ...numbered].find((one) => !this.#taken.has(one)) as string
    this.#taken.add(name)
    this.#byShape.set(shape, name)
    return name
  }
}

function singular(name: string): string {
  const pascal = name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  return pascal.replace(/ies$/, 'y').replace(/([^s])s$/, '$1')
}
