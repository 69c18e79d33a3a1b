import { isMap, isPair, isScalar, LineCounter, parseAllDocuments, visit } from 'yaml'
import type { Language } from '../unit.ts'

/** A key with its value: `spec.containers.0.image` is the path of `image`. */
export type Pair = {
  readonly key: string
  readonly path: string
  readonly value: string
  readonly line: number
  /** A number for each document of the file. */
  readonly document: number
}

/** A gap that a tool fills in before it is YAML; those of GitHub are texts in it. */
const TEMPLATE = /(?<!\$)\{\{/
const LINE = /^[ \t-]*(?:export\s+|ENV\s+|ARG\s+)?["']?([\w./-]+)["']?\s*[:=]\s*(.*?)\s*$/

/** Keys and values of YAML, and of everything that has one of them on a line. Templates that no longer are YAML are read by lines. */
export function readPairs(text: string, language: Language): Pair[] {
  if (language === 'json') return readJsonPairs(text)
  if (language === 'yaml' && !TEMPLATE.test(text)) {
    const read = readYamlPairs(text)
    if (read) return read
  }
  let document = 0
  const schemas = new Set(text.split(/^---.*$/m).flatMap((one, at) => (/^\s*kind:\s*CustomResourceDefinition\b/m.test(one) ? [at] : [])))
  return text.split('\n').flatMap((line, at) => {
    if (line.startsWith('---')) document++
    if (schemas.has(document)) return []
    const match = line.trimStart().startsWith('#') ? null : LINE.exec(line)
    if (!match) return []
    const value = (match[2] ?? '').replace(/\s+#.*$/, '').replace(/^(["'])(.*)\1$/, '$2')
    const pair = { key: match[1] ?? '', path: match[1] ?? '', value, line: at + 1, document }
    return value.startsWith('{') ? [pair, ...inlineOf(pair)] : [pair]
  })
}

const INLINE = /[{,]\s*["']?([\w-]+)["']?\s*[=:]\s*(?:"([^"]*)"|'([^']*)')/g

/** The keys of a table that TOML writes on one line. */
const inlineOf = ({ path, value: table, line, document }: Pair): Pair[] =>
  [...table.matchAll(INLINE)].map(([, key = '', double, single]) => ({
    key,
    path: `${path}.${key}`,
    value: double ?? single ?? '',
    line,
    document,
  }))

const JSON_PAIR = /"((?:[^"\\\n]|\\.)*)"\s*:\s*"((?:[^"\\\n]|\\.)*)"/g

/** The texts that JSON gives names, wherever they are nested: of files that are no JSON as a whole, and of lines of it, too. */
function readJsonPairs(text: string): Pair[] {
  const found: Pair[] = []
  let line = 1
  let from = 0
  for (const { index, 1: key = '', 2: value = '' } of text.matchAll(JSON_PAIR)) {
    for (let at = text.indexOf('\n', from); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) line++
    from = index
    found.push({ key, path: key, value, line, document: 0 })
  }
  return found
}

const BYTES_MAX = 2 * 1024 * 1024

function readYamlPairs(text: string): Pair[] | undefined {
  if (text.length > BYTES_MAX) return undefined
  const counter = new LineCounter()
  const found: Pair[] = []
  const documents = parseAllDocuments(text, { lineCounter: counter, logLevel: 'silent', uniqueKeys: false })
  if (!Array.isArray(documents)) return []
  for (const [document, one] of documents.entries()) {
    if (one.errors.length > 0) return undefined
    // What a resource may look like is no resource.
    if (isMap(one.contents) && String(one.get('kind')) === 'CustomResourceDefinition') continue
    visit(one, {
      Pair(_key, pair, parents) {
        if (!isScalar(pair.key)) return
        const key = String(pair.key.value)
        const above = parents.flatMap((parent) => (isPair(parent) && isScalar(parent.key) ? [String(parent.key.value)] : []))
        const range = pair.key.range
        const value = isScalar(pair.value) ? String(pair.value.value) : isMap(pair.value) ? '' : ''
        found.push({ key, path: [...above, key].join('.'), value, line: range ? counter.linePos(range[0]).line : 1, document })
      },
      Seq(_key, seq, parents) {
        const parent = parents.at(-1)
        if (!isPair(parent) || !isScalar(parent.key)) return
        const key = String(parent.key.value)
        const above = parents.flatMap((one) => (isPair(one) && isScalar(one.key) ? [String(one.key.value)] : []))
        for (const item of seq.items) {
          if (!isScalar(item)) continue
          const line = item.range ? counter.linePos(item.range[0]).line : 1
          found.push({ key, path: `${above.join('.')}[]`, value: String(item.value), line, document })
        }
      },
    })
  }
  return found
}
