import type { Source } from '../source.ts'
import { Unreadable } from '../unreadable.ts'
import { Machine, PICKLE_LIMITS, type PickleLimits } from './machine.ts'
import { RUN, STOP } from './operations.ts'
import { runQuickly } from './quick.ts'
import type { Instance, Value } from './values.ts'

/** What reading a pickle gave. Without `error` it came to its end; with it, the rest holds what was seen until then. */
export type Unpickled = {
  readonly machine: Machine
  readonly value: Value
  /** The first byte after it. */
  readonly end: number
  readonly error: Unreadable | undefined
}

/** How to read, and what to do meanwhile. */
export type Reading = {
  readonly limits?: PickleLimits
  /** False where the values of floats and the items of lists don't matter: half of the time and most of the memory go into them. */
  readonly keeps_data?: boolean
  readonly onBuild?: (machine: Machine, target: Instance) => void
  readonly onCall?: (call: Instance) => void
}

/** Reads one pickle from `start` as inert data, whatever it says; nothing is imported and nothing is called. */
export function unpickle(
  source: Source,
  start = 0,
  { limits = PICKLE_LIMITS, keeps_data = true, onBuild, onCall }: Reading = {},
): Unpickled {
  const machine = new Machine(source, start, limits)
  machine.keeps_data = keeps_data
  machine.onBuild = onBuild
  machine.onCall = onCall
  return goOn(machine)
}

/** Runs a machine to its STOP, or to what cannot be read. */
export function goOn(machine: Machine): Unpickled {
  let value: Value
  let error: Unreadable | undefined
  try {
    loop(machine)
    value = machine.pop()
    if (machine.stack.length > machine.floor || machine.marks.length > 0) machine.odd('mark', 'values are left on the stack at the end')
  } catch (problem) {
    error = asUnreadable(problem, machine)
  }
  return { machine, value, end: machine.position, error }
}

function asUnreadable(problem: unknown, machine: Machine): Unreadable {
  if (problem instanceof Unreadable) return problem
  // A Map, a Set or an array that got too big is a limit like ours.
  if (problem instanceof RangeError) return new Unreadable('it makes a value that is too big', machine.started, true)
  throw problem
}

function loop(m: Machine): void {
  const { operations_max, stack_max } = m.limits
  for (;;) {
    runQuickly(m)
    if (m.frame_end !== -1) leaveFrame(m)
    if (m.at >= m.end) m.need(1)
    m.started = m.base + m.at
    const code = m.bytes[m.at++] as number
    m.operations++
    if (code === STOP) break
    const run = RUN[code]
    if (run === undefined) throw new Unreadable(`0x${code.toString(16).padStart(2, '0')} is no operation`, m.started)
    if (m.operations > operations_max) throw new Unreadable(`it has more than ${operations_max} operations`, m.started, true)
    run(m)
    if (m.stack.length > stack_max) throw new Unreadable(`its stack is higher than ${stack_max}`, m.started, true)
    if (m.frame_end !== -1) leaveFrame(m)
  }
  if (m.frame_end > m.position) m.odd('frame', 'a frame goes on after STOP')
}

/** An operation that begins in a frame has to end in it: readers disagree on what follows otherwise. */
function leaveFrame(m: Machine): void {
  const position = m.base + m.at
  if (position < m.frame_end) return
  if (position > m.frame_end) m.odd('frame', 'an operation crosses the end of its frame')
  m.frame_end = -1
}
