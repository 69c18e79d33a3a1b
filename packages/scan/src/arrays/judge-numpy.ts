import { readNpyHeader, Unreadable } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'
import type { Look } from '../pickle/judge-pickle.ts'
import { inner, type Subject, slice } from '../subject.ts'

/** Looks at an array of numpy: its header, and the pickle behind it where its elements are objects. */
export function judgeNumpy(inspection: Inspection, subject: Subject, look: Look): void {
  const { source, member } = subject
  try {
    const { has_objects, data_at, elements, item_bytes } = readNpyHeader(source)
    if (has_objects) {
      inspection.found('numpy/objects', { member, offset: data_at, evidence: `${elements} Python objects` })
      look(inspection, inner(subject, 'objects', slice(subject, data_at, source.size - data_at)))
    } else if (data_at + elements * item_bytes !== source.size) {
      const evidence = `${elements} elements of ${item_bytes} bytes, and ${source.size - data_at} bytes are there`
      inspection.found('numpy/broken', { member, offset: data_at, evidence })
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    inspection.found('numpy/broken', { member, offset: error.offset, evidence: error.message })
    // What follows may be a pickle all the same.
    const at = source.read(0, 4096).indexOf(0x80, 10)
    if (at > 0) look(inspection, inner(subject, `bytes@${at}`, slice(subject, at, source.size - at)))
  }
}
