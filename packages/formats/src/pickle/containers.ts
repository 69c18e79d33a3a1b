import { Unreadable } from '../unreadable.ts'
import { describe, type Machine } from './machine.ts'
import type { Operations } from './operations.ts'
import { A_FLOAT, Global, Instance, Tuple, Unknown, type Value } from './values.ts'

/** Operations on lists, tuples, dicts, sets, the stack and the memo. */
export const CONTAINERS: Operations = {
  93: { name: 'EMPTY_LIST', run: (m) => m.push([]) },
  125: { name: 'EMPTY_DICT', run: (m) => m.push(new Map()) },
  41: { name: 'EMPTY_TUPLE', run: (m) => m.push(new Tuple([])) },
  143: { name: 'EMPTY_SET', run: (m) => m.push(new Set()) },
  108: { name: 'LIST', run: (m) => m.push(m.popToMark()) },
  116: { name: 'TUPLE', run: (m) => m.push(new Tuple(m.popToMark())) },
  100: { name: 'DICT', run: (m) => m.push(setAll(m, new Map(), m.popToMark())) },
  145: { name: 'FROZENSET', run: (m) => m.push(new Set(m.popToMark())) },
  133: { name: 'TUPLE1', run: (m) => m.push(new Tuple([m.pop()])) },
  134: { name: 'TUPLE2', run: tuple2 },
  135: { name: 'TUPLE3', run: tuple3 },
  97: { name: 'APPEND', run: append },
  101: { name: 'APPENDS', run: appends },
  115: { name: 'SETITEM', run: setItem },
  117: { name: 'SETITEMS', run: (m) => set(m, m.popToMark(), 'SETITEMS') },
  144: { name: 'ADDITEMS', run: addItems },
  40: { name: 'MARK', run: (m) => m.mark() },
  48: { name: 'POP', run: pop },
  49: { name: 'POP_MARK', run: (m) => void m.popToMark() },
  50: { name: 'DUP', run: (m) => m.push(counted(m.top())) },
  148: { name: 'MEMOIZE', run: (m) => m.remember(m.memo_size, m.top()) },
  112: { name: 'PUT', run: (m) => m.remember(index(m), m.top()) },
  113: { name: 'BINPUT', run: (m) => m.remember(m.byte(), m.top()) },
  114: { name: 'LONG_BINPUT', run: (m) => m.remember(m.uint32(), m.top()) },
  103: { name: 'GET', run: (m) => m.push(counted(m.recall(index(m)))) },
  104: { name: 'BINGET', run: (m) => m.push(counted(m.recall(m.byte()))) },
  106: { name: 'LONG_BINGET', run: (m) => m.push(counted(m.recall(m.uint32()))) },
}

function tuple2(m: Machine): void {
  const second = m.pop()
  m.push(new Tuple([m.pop(), second]))
}

function tuple3(m: Machine): void {
  const third = m.pop()
  const second = m.pop()
  m.push(new Tuple([m.pop(), second, third]))
}

/** POP takes a mark when nothing lies on it. */
function pop(m: Machine): void {
  if (m.marks.length > 0 && m.stack.length === m.floor) m.popToMark()
  else m.pop()
}

function index(m: Machine): number {
  const line = m.line().trim()
  if (!/^\d{1,10}$/.test(line)) throw new Unreadable('an index of the memo is no number', m.started)
  return Number(line)
}

/** A value that comes on the stack once more. */
function counted(value: Value): Value {
  if (value instanceof Global) value.pushes++
  return value
}

function append(m: Machine): void {
  const value = m.pop()
  const target = m.top()
  if (!Array.isArray(target)) writeTo(m, target, [value], 'APPEND')
  else if (m.keeps_data) target.push(value)
}

function appends(m: Machine): void {
  const from = m.popMark()
  const to = m.stack.length
  const target = m.stack[from - 1]
  if (from <= m.floor) throw new Unreadable('it takes from an empty stack', m.started)
  if (!Array.isArray(target)) writeTo(m, target, m.stack.slice(from), 'APPENDS')
  else if (m.keeps_data) for (let at = from; at < to; at++) target.push(m.stack[at])
  m.stack.length = from
}

function setItem(m: Machine): void {
  const value = m.pop()
  const key = m.pop()
  const target = m.top()
  if (target instanceof Map) target.set(asKey(key), value)
  else writeTo(m, target, [key, value], 'SETITEM')
}

function set(m: Machine, values: Value[], by: string): void {
  const target = m.top()
  if (target instanceof Map) setAll(m, target, values)
  else writeTo(m, target, values, by)
}

function setAll(m: Machine, map: Map<Value, Value>, values: readonly Value[]): Map<Value, Value> {
  if (values.length % 2 === 1) m.odd('write', 'a dict gets a key without a value')
  for (let at = 0; at + 1 < values.length; at += 2) map.set(asKey(values[at]), values[at + 1])
  return map
}

/** Floats whose values were left out are keys of their own all the same. */
const asKey = (key: Value): Value => (key === A_FLOAT ? new Unknown('a float') : key)

function addItems(m: Machine): void {
  const values = m.popToMark()
  const target = m.top()
  if (target instanceof Set) for (const value of values) target.add(value)
  else writeTo(m, target, values, 'ADDITEMS')
}

/** Loading would call a method of the target: `__setitem__`, `append`, `extend` or `add`. */
function writeTo(m: Machine, target: Value, values: readonly Value[], by: string): void {
  if (target instanceof Instance && target.of instanceof Global) {
    target.of.writes++
    target.items ??= []
    for (const value of values) target.items.push(value)
  } else if (target instanceof Unknown) m.odd('write', `${by} on a value that is not known`)
  else m.odd('write', `${by} on ${target instanceof Global ? `${target} itself` : describe(target)}, which takes no items`)
}
