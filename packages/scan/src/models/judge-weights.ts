import { readGguf, readHdf5, readJson, readSafetensors, searchHdf5, Unreadable } from '@millrace/formats'
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
  const { source, member } = subject
  try {
    const { configurations, external_links, external_data } = readHdf5(source)
    for (const text of configurations) judgeConfiguration(inspection, member, text)
    for (const link of external_links) inspection.found('hdf5/external', { member, evidence: `a link to another file: ${link}` })
    if (external_data > 0) inspection.found('hdf5/external', { member, evidence: `${external_data} datasets with data in other files` })
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    inspection.found('hdf5/broken', { member, offset: error.offset, evidence: error.message })
    reading(inspection, subject, 'hdf5/broken', () => judgeDamaged(inspection, subject))
  }
}

/** A file that can't be followed may still be read by somebody: what stands in it is judged, wherever it stands. */
function judgeDamaged(inspection: Inspection, { source, member }: Subject): void {
  const { configurations, has_external_link, has_external_storage } = searchHdf5(source)
  for (const text of configurations) judgeConfiguration(inspection, member, text)
  if (has_external_link) inspection.found('hdf5/external', { member, evidence: 'a link to another file' })
  if (has_external_storage) inspection.found('hdf5/external', { member, evidence: 'data in another file' })
}

function judgeConfiguration(inspection: Inspection, member: string, text: string): void {
  try {
    judgeKerasConfig(inspection, member, readJson(text).value)
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    // An attribute may be any text; one that is damaged, and still may name what runs, is not.
    if (!/class_name|module/.test(text)) return
    inspection.found('hdf5/broken', { member, evidence: `a configuration: ${error.message}` })
    if (/Lambda/.test(text)) inspection.found('keras/lambda', { member, evidence: 'in a configuration that is damaged' })
  }
}
