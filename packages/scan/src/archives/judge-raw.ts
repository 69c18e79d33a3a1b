import { kindOf, PICKLE_LIMITS, readPickles } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'
import { isPickle, type Look } from '../pickle/judge-pickle.ts'
import type { Subject } from '../subject.ts'

/**
 * Looks at elements of a tensor. Any bytes can stand there, so that only what is more than chance is judged: a library, an archive, a
 * pickle that calls something.
 */
export function judgeRaw(inspection: Inspection, subject: Subject, look: Look): void {
  const kind = kindOf(subject.source)
  const is_certain = kind === 'native' || kind === 'zip' || kind === 'numpy' || kind === 'tar'
  if (is_certain || (kind === 'pickle' && callsSomething(subject))) look(inspection, subject)
}

function callsSomething({ source }: Subject): boolean {
  const [first] = readPickles(source, PICKLE_LIMITS, { keeps_data: false }).pickles
  return first !== undefined && isPickle(first)
}
