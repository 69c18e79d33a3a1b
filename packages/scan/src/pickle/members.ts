import { Global, Instance, Tuple, type Value } from '@millrace/formats'
import { judgeName } from './names.ts'

const isGetattr = (value: Value): value is Global =>
  value instanceof Global && value.name === 'getattr' && (value.module === 'builtins' || value.module === '__builtin__')

/**
 * Calls of `getattr` that Python 3.11 writes for a member of an enumeration: `getattr(Colour, 'RED')`. They reach no further than what is
 * named beside them, and is judged by its own name.
 */
export class Members {
  readonly #calls = new Map<Global, number>()

  /** Takes a call into account, if it is one. */
  add({ of, args }: Instance): void {
    if (!isGetattr(of) || !(args instanceof Tuple) || args.items.length !== 2) return
    const [from, name] = args.items
    if (typeof name === 'string' && isMember(from, name)) this.#calls.set(of, (this.#calls.get(of) ?? 0) + 1)
  }

  /** Whether a name is `getattr`, and never used for anything else: not called otherwise, and not handed to what may call it. */
  explain(name: Global): boolean {
    const calls = this.#calls.get(name)
    return calls !== undefined && name.calls === calls && name.pushes === calls
  }
}

/**
 * A member of a class that cloudpickle wrote out, which is code already; in capitals, of a class that is not known or carries code, and has
 * its own finding; or how plain objects are made, which stands in the state of each enumeration.
 */
function isMember(from: Value, name: string): boolean {
  if (from instanceof Instance) return /^[A-Za-z]\w*$/.test(name) && isWrittenEnum(from)
  if (!(from instanceof Global)) return false
  if (name === '__new__') return PLAIN.has(from.name) && (from.module === 'builtins' || from.module === '__builtin__')
  const verdict = judgeName(from.module, from.name)
  return /^[A-Z][A-Z0-9_]*$/.test(name) && (verdict === 'unknown' || verdict === 'code')
}

const PLAIN = new Set(['object', 'int', 'str', 'float', 'bytes', 'tuple'])

const isWrittenEnum = ({ of }: Instance): boolean =>
  of instanceof Global && of.module === 'cloudpickle.cloudpickle' && of.name === '_make_skeleton_enum'
