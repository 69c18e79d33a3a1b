import { readYaml, Unreadable, type Yaml } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'

// Tags that every reader of YAML knows, and that make plain values.
const PLAIN = /^!(?:!(?:str|int|float|bool|null|map|seq|set|omap|timestamp|binary))?$/

/** Reads YAML and tells of its tags; undefined when it cannot be read. */
export function judgeYaml(inspection: Inspection, member: string, text: string): Yaml | undefined {
  try {
    const { value, tags } = readYaml(text)
    for (const { tag, line } of tags) if (!PLAIN.test(tag)) inspection.found('yaml/tag', { member, evidence: `${tag} in line ${line + 1}` })
    judgeTargets(inspection, member, value)
    return value
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    // What our reader does not make out, another may: a tag counts wherever it seems to stand.
    const tag = /![^\s!]*(?:python|ruby|java|perl|php|object|apply|new:)[^\s]*/i.exec(text)?.[0]
    if (tag !== undefined) inspection.found('yaml/tag', { member, evidence: tag })
    inspection.found('yaml/broken', { member, evidence: error.message })
    return undefined
  }
}

// What loaders of configurations call without being able to do harm by it.
const KNOWN_TARGET = /^(?:torch\.nn\.(?:modules\.)?[\w.]*|torch\.optim\.[\w.]*|nemo\.collections\.[\w.]*|transformers\.[\w.]*)$/

/** `_target_` in a configuration is called by loaders of Hydra and NeMo. */
export function judgeTargets(inspection: Inspection, member: string, value: Yaml): void {
  const open: Yaml[] = [value]
  // An anchor's value is one value, however often it is named: kilobytes of them name billions.
  const seen = new Set<Yaml>()
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (typeof one === 'object') {
      if (seen.has(one)) continue
      seen.add(one)
    }
    if (one instanceof Map) {
      for (const [key, inner] of one as ReadonlyMap<string, Yaml>) {
        if (key === '_target_' && typeof inner === 'string' && !KNOWN_TARGET.test(inner)) {
          inspection.found('json/target', { member, evidence: `_target_: ${inner}` })
        }
        open.push(inner)
      }
    } else if (Array.isArray(one)) for (const inner of one as readonly Yaml[]) open.push(inner)
  }
}
