import { isObject, type Json, readJson, Unreadable } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'
import { judgeKerasConfig, seemsKeras } from '../models/keras-config.ts'
import type { Subject } from '../subject.ts'
import { judgeTemplate } from './templates.ts'

const KNOWN_TARGET = /^(?:torch\.nn|torch\.optim|nemo\.collections|transformers)\.[\w.]*$/
const VALUES_MAX = 5_000_000

/** Judges JSON: configurations of loaders, chat templates, boosters. */
export function judgeJson(inspection: Inspection, { member }: Subject, text: string): void {
  let value: Json
  try {
    const document = readJson(text)
    value = document.value
    const [twice] = document.duplicates
    if (twice !== undefined) inspection.found('archive/odd', { member, evidence: `the key ${twice} stands in an object twice` })
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    // Not each text that begins with a bracket is JSON, and what no reader of JSON reads does nothing.
    inspection.found('file/unknown', { member, evidence: `it begins like JSON: ${error.message}` })
    return
  }
  judgeValue(inspection, member, value)
  if (seemsKeras(value)) judgeKerasConfig(inspection, member, value)
}

/** Looks for what loaders call, and for templates, wherever they stand. */
function judgeValue(inspection: Inspection, member: string, whole: Json): void {
  const open: Json[] = [whole]
  for (let done = 0; open.length > 0 && done < VALUES_MAX; done++) {
    const value = open.pop()
    if (Array.isArray(value)) {
      // Arrays of numbers, which boosters have by the million, hold nothing.
      if (typeof value[0] !== 'number') for (const one of value) open.push(one)
    } else if (isObject(value)) {
      for (const [key, one] of Object.entries(value)) {
        if (typeof one === 'string') judgeEntry(inspection, member, key, one)
        else open.push(one)
      }
    }
  }
}

function judgeEntry(inspection: Inspection, member: string, key: string, value: string): void {
  if (key === '_target_' && !KNOWN_TARGET.test(value)) inspection.found('json/target', { member, evidence: `_target_: ${value}` })
  if (value.includes('{%') || value.includes('{{')) judgeTemplate(inspection, member, value)
  if (key === 'auto_map' || (key.startsWith('Auto') && /^[\w-]+\.[A-Z]\w+$/.test(value))) {
    inspection.found('mlmodel/code', { member, evidence: `${key}: ${value}` })
  }
}
