import type { Source } from '../source.ts'
import { Unreadable } from '../unreadable.ts'
import { aside, following, isWrapper } from './joblib.ts'
import { type Machine, PICKLE_LIMITS, type PickleLimits } from './machine.ts'
import { goOn, type Reading, type Unpickled, unpickle } from './unpickle.ts'
import type { Instance } from './values.ts'

/** Everything that loaders find in a stream of pickles. */
export type PickleStream = {
  /** In the order of the stream, with those that lie within another (joblib's arrays of objects). The last may have ended in an error. */
  readonly pickles: readonly Unpickled[]
  /** What a reader without joblib would take joblib's arrays for. */
  readonly asides: readonly Unpickled[]
  /** The first byte that no pickle takes; undefined when they take all. */
  readonly rest_at: number | undefined
  readonly is_torch: boolean
  readonly is_joblib: boolean
}

// What PyTorch's old format begins with, as a pickle of its own; the file has five, and the elements of the tensors behind them.
const TORCH_MAGIC = 0x1950a86a20f9469cfc6cn
const TORCH_PICKLES = 5
const PICKLES_MAX = 100_000
const ASIDES_MAX = 10_000

/** Reads all pickles of a source, from its beginning to its end, and past errors nothing. */
export function readPickles(
  source: Source,
  limits: PickleLimits = PICKLE_LIMITS,
  told: Omit<Reading, 'limits' | 'onBuild'> = {},
): PickleStream {
  const pickles: Unpickled[] = []
  const asides: Unpickled[] = []
  let is_joblib = false
  const onBuild = (machine: Machine, target: Instance): void => {
    if (!isWrapper(target)) return
    is_joblib = true
    const next = following(machine, target)
    if (next === 'pickle') {
      const inner = unpickle(source, machine.position, { ...told, limits: left(), onBuild })
      pickles.push(inner)
      if (inner.error) throw new Unreadable(`within joblib's array of objects: ${inner.error.message}`, inner.error.offset)
      machine.moveTo(inner.end)
      return
    }
    if (asides.length < ASIDES_MAX) asides.push(goOn(aside(machine)))
    machine.moveTo(machine.position + next.bytes)
  }
  const left = (): PickleLimits => {
    const done = pickles.reduce((all, { machine }) => all + machine.operations, 0)
    return { ...limits, operations_max: Math.max(1, limits.operations_max - done) }
  }
  let at = 0
  let whole = 0
  let is_torch = false
  while (at < source.size && whole < PICKLES_MAX) {
    if (is_torch && whole === TORCH_PICKLES) return { pickles, asides, rest_at: undefined, is_torch, is_joblib }
    const read = unpickle(source, at, { ...told, limits: left(), onBuild })
    pickles.push(read)
    if (read.error) return { pickles, asides, rest_at: whole === 0 ? undefined : at, is_torch, is_joblib }
    if (whole === 0) is_torch = read.value === TORCH_MAGIC
    whole++
    at = read.end
  }
  return { pickles, asides, rest_at: at < source.size ? at : undefined, is_torch, is_joblib }
}
