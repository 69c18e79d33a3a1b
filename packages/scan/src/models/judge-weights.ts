import { readGguf, readHdf5, readJson, readSafetensors, Unreadable } from '@millrace/formats'
import { judgeTemplate } from '../documents/templates.ts'
import type { Inspection } from '../inspection.ts'
import type { RuleId } from '../rules.ts'
import type { Subject } from '../subject.ts'
import { judgeKerasConfig } from './keras-config.ts'

/** Runs a reader; what it can't read is a finding of this rule. */
function reading(inspection: Inspection, { member }: Subject, rule: RuleId, read: () => void): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    inspection.found(rule, { member, offset: error.offset, evidence: error.message })
  }
}

/** Judges the header of safetensors, and the texts in its metadata. */
export function judgeSafetensors(inspection: Inspection, subject: Subject): void {
  reading(inspection, subject, 'safetensors/broken', () => {
    for (const text of readSafetensors(subject.source).metadata.values()) judgeTemplate(inspection, subject.member, text)
  })
}

/** Judges the header of a GGUF, and the templates in it. */
export function judgeGguf(inspection: Inspection, subject: Subject): void {
  reading(inspection, subject, 'gguf/broken', () => {
    for (const text of readGguf(subject.source).texts.values()) judgeTemplate(inspection, subject.member, text)
  })
}

/** Judges an HDF5 file: the configuration of Keras in it, and parts that lie elsewhere. */
export function judgeHdf5(inspection: Inspection, subject: Subject): void {
  const { member } = subject
  reading(inspection, subject, 'hdf5/broken', () => {
    const { configurations, has_external_link, has_external_storage, has_hidden_attributes } = readHdf5(subject.source)
    for (const text of configurations) {
      try {
        judgeKerasConfig(inspection, member, readJson(text).value)
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error
        inspection.found('hdf5/broken', { member, evidence: `a configuration: ${error.message}` })
        // It cannot be read, and still may name what runs.
        if (/"Lambda"/.test(text)) inspection.found('keras/lambda', { member, evidence: 'in a configuration that is damaged' })
      }
    }
    if (has_external_link) inspection.found('hdf5/external', { member, evidence: 'a link to another file' })
    if (has_external_storage) inspection.found('hdf5/external', { member, evidence: 'data in another file' })
    if (has_hidden_attributes) inspection.found('hdf5/broken', { member, evidence: 'attributes are packed, and were not read' })
  })
}
