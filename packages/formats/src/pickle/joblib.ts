import { simple } from '../numpy/npy.ts'
import { Unreadable } from '../unreadable.ts'
import { Machine } from './machine.ts'
import { Global, Instance, Tuple, type Value } from './values.ts'

const WRAPPERS = new Set(['joblib.numpy_pickle', 'sklearn.externals.joblib.numpy_pickle'])

/** Whether an instance is joblib's stand-in for an array, whose elements follow in the stream itself. */
export const isWrapper = ({ of }: Instance): boolean => of instanceof Global && of.name === 'NumpyArrayWrapper' && WRAPPERS.has(of.module)

/** What follows a wrapper: so many bytes, of which the first are padding, or a pickle of objects. */
export type Following = { readonly bytes: number; readonly padding: number } | 'pickle'

/** @throws Unreadable when the wrapper does not say what follows: joblib itself would fail, too */
export function following(machine: Machine, { state }: Instance): Following {
  if (!(state instanceof Map)) throw new Unreadable("joblib's array has no state", machine.started)
  const { item_bytes, has_objects } = dtypeOf(state.get('dtype'), machine.started)
  if (has_objects) return 'pickle'
  const shape = state.get('shape')
  if (!(shape instanceof Tuple) || !shape.items.every((size) => typeof size === 'number' && size >= 0)) {
    throw new Unreadable("joblib's array has no shape", machine.started)
  }
  const bytes = (shape.items as number[]).reduce((all, size) => all * size, 1) * item_bytes
  const alignment = state.get('numpy_array_alignment_bytes')
  // One byte says how many bytes of padding follow it.
  const padding = typeof alignment === 'number' ? 1 + (machine.source.read(machine.position, 1)[0] ?? 0) : 0
  return { bytes: bytes + padding, padding }
}

function dtypeOf(dtype: Value, at: number): { item_bytes: number; has_objects: boolean } {
  if (!(dtype instanceof Instance) || !(dtype.args instanceof Tuple)) throw new Unreadable("joblib's array has no dtype", at)
  const [code] = dtype.args.items
  if (typeof code !== 'string') throw new Unreadable("joblib's array has no dtype", at)
  const state = dtype.state instanceof Tuple ? dtype.state.items : []
  const [, , , , fields, width] = state
  if (!(fields instanceof Map)) return simple(code, at)
  const inner = [...fields.values()].map((field) => dtypeOf(field instanceof Tuple ? field.items[0] : undefined, at))
  return { item_bytes: typeof width === 'number' ? width : 0, has_objects: inner.some(({ has_objects }) => has_objects) }
}

const ASIDE_OPERATIONS_MAX = 1_000_000

/** The same stream from here, as a reader without joblib takes it: the elements are operations to it. */
export function aside(machine: Machine): Machine {
  const other = new Machine(machine.source, machine.position, { ...machine.limits, operations_max: ASIDE_OPERATIONS_MAX })
  other.stack = machine.stack.slice()
  other.marks = machine.marks.slice()
  other.floor = machine.floor
  other.protocol = machine.protocol
  other.frame_end = machine.frame_end
  other.operations = 1
  // What the memo holds is not carried along: a module's name that comes from there counts as unknown, which is a finding.
  other.memo_is_known = false
  other.keeps_data = machine.keeps_data
  return other
}
