import {
  followingJoblib,
  type Instance,
  isJoblibArray,
  type Machine,
  PICKLE_LIMITS,
  type PickleLimits,
  type Source,
  type Unpickled,
  unpickle,
} from '@millrace/formats'
import type { Backend } from '../../backend.ts'
import { Estimator, refuse } from '../estimator.ts'
import { backendOf } from '../skops/model.ts'
import { isAllowed } from './allowed.ts'
import { type Inline, Turner } from './values.ts'

const LIMITS: PickleLimits = { ...PICKLE_LIMITS, operations_max: 20_000_000, memo_max: 2_000_000, stack_max: 1_000_000 }
const NESTED_MAX = 10_000

/**
 * The backend of an estimator in a pickle, or in what joblib writes. Nothing is imported and nothing is called: names on a list become
 * records, and any other name ends the reading. @throws Refused, Unreadable
 */
export function pickleBackend(source: Source): Backend {
  const inline = new Map<Instance, Inline>()
  const read = readAll(source, inline)
  const value = new Turner(source, inline).turn(read.value)
  return value instanceof Estimator ? backendOf(value) : refuse('the pickle holds no estimator')
}

function readAll(source: Source, inline: Map<Instance, Inline>): Unpickled {
  let nested = 0
  const onBuild = (machine: Machine, target: Instance): void => {
    if (!isJoblibArray(target)) return
    const next = followingJoblib(machine, target)
    if (next === 'pickle') {
      if (++nested > NESTED_MAX) refuse(`the pickle holds more than ${NESTED_MAX} others`)
      const inner = checked(unpickle(source, machine.position, { limits: LIMITS, onBuild }))
      inline.set(target, { value: inner.value })
      machine.moveTo(inner.end)
      return
    }
    inline.set(target, { at: machine.position + next.padding, bytes: next.bytes - next.padding })
    machine.moveTo(machine.position + next.bytes)
  }
  const read = checked(unpickle(source, 0, { limits: LIMITS, onBuild }))
  if (read.end !== source.size) refuse(`the pickle ends ${source.size - read.end} bytes before its file does`)
  return read
}

/** Whatever is not on the list, or that readers would disagree on, ends it. */
function checked(read: Unpickled): Unpickled {
  const { machine, error } = read
  for (const [module, names] of machine.globals) {
    for (const name of names.keys()) {
      const whole = `${module}.${name}`
      if (!isAllowed(whole))
        refuse(`the pickle names ${whole.slice(0, 200)}: code is not run here, and this name is not on the list of what is read as data`)
    }
  }
  if (error) throw error
  const [oddity] = machine.oddities
  if (oddity) refuse(`the pickle is one that no ordinary writer makes: ${oddity.detail} (${oddity.kind} at ${oddity.offset})`)
  return read
}
