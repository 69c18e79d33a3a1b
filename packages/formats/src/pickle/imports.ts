import { Unreadable } from '../unreadable.ts'
import { describe, type Machine } from './machine.ts'
import type { Operations } from './operations.ts'
import { Global, Instance, Persistent, Tuple, Unknown, type Value } from './values.ts'

/** Operations that import, call, set a state, or ask the loader for something; and those that frame the stream. */
export const IMPORTS: Operations = {
  99: { name: 'GLOBAL', run: (m) => m.push(global(m, m.line('utf8'), m.line('utf8'), 'GLOBAL')) },
  147: { name: 'STACK_GLOBAL', run: stackGlobal },
  105: { name: 'INST', run: inst },
  111: { name: 'OBJ', run: obj },
  82: { name: 'REDUCE', run: reduce },
  129: { name: 'NEWOBJ', run: (m) => create(m, 'NEWOBJ', new Map()) },
  146: { name: 'NEWOBJ_EX', run: (m) => create(m, 'NEWOBJ_EX', m.pop()) },
  98: { name: 'BUILD', run: build },
  130: { name: 'EXT1', run: (m) => extension(m, m.byte()) },
  131: { name: 'EXT2', run: (m) => extension(m, m.uint16()) },
  132: { name: 'EXT4', run: (m) => extension(m, m.int32()) },
  80: { name: 'PERSID', run: (m) => m.push(new Persistent(m.line())) },
  81: { name: 'BINPERSID', run: (m) => m.push(new Persistent(m.pop())) },
  151: { name: 'NEXT_BUFFER', run: nextBuffer },
  152: { name: 'READONLY_BUFFER', run: (m) => void m.top() },
  128: { name: 'PROTO', run: protocol },
  149: { name: 'FRAME', run: frame },
}

const WORD = /^[\p{L}_][\p{L}\p{N}_]*$/u

function global(m: Machine, module: string, name: string, by: string): Global {
  if (!WORD.test(name)) m.odd('name', `${by} of ${JSON.stringify(`${module} ${name}`.slice(0, 200))}: the name is no plain word`)
  const named = m.global(module, name, by)
  named.pushes++
  return named
}

function stackGlobal(m: Machine): void {
  const name = m.pop()
  const module = m.pop()
  if (typeof name === 'string' && typeof module === 'string') {
    m.push(global(m, module, name, 'STACK_GLOBAL'))
    return
  }
  m.odd('operand', 'STACK_GLOBAL takes a module or a name that is no text')
  m.push(new Unknown('STACK_GLOBAL of what is no text'))
}

function inst(m: Machine): void {
  const of = global(m, m.line('utf8'), m.line('utf8'), 'INST')
  m.call(of, new Tuple(m.popToMark()), new Map(), 'INST')
}

function obj(m: Machine): void {
  const [of, ...args] = m.popToMark()
  if (of === undefined) throw new Unreadable('OBJ has no class', m.started)
  m.call(of, new Tuple(args), new Map(), 'OBJ')
}

function reduce(m: Machine): void {
  const args = m.pop()
  const of = m.pop()
  if (!(args instanceof Tuple)) m.odd('operand', `REDUCE of ${describe(of)} has arguments that are no tuple`)
  m.call(of, args, new Map(), 'REDUCE')
}

function create(m: Machine, by: string, keywords: Value): void {
  const args = m.pop()
  const of = m.pop()
  if (!(args instanceof Tuple)) m.odd('operand', `${by} of ${describe(of)} has arguments that are no tuple`)
  m.call(of, args, keywords, by)
}

function build(m: Machine): void {
  const state = m.pop()
  const target = m.top()
  if (target instanceof Instance) {
    target.state = state
    if (target.of instanceof Global) target.of.builds++
    // What belongs to the instance may follow behind the frame, and is no operation of it.
    if (m.onBuild && m.frame_end === m.position) m.frame_end = -1
    m.onBuild?.(m, target)
  } else if (target instanceof Global) {
    target.builds++
    m.odd('build', `BUILD changes ${target} itself, not an instance`)
  } else m.odd('build', 'BUILD on a value that has no state')
}

function extension(m: Machine, code: number): void {
  m.odd('extension', `the registered extension ${code}: what it stands for is known only to the process that loads it`)
  m.push(new Unknown(`extension ${code}`))
}

function nextBuffer(m: Machine): void {
  m.odd('buffer', 'NEXT_BUFFER: bytes that are not in the stream')
  m.push(new Unknown('a buffer outside the stream'))
}

function protocol(m: Machine): void {
  const version = m.byte()
  if (version > 5) throw new Unreadable(`it has protocol ${version}, and the newest is 5`, m.started)
  if (m.operations > 1) m.odd('protocol', 'PROTO is not the first operation')
  m.protocol = version
}

function frame(m: Machine): void {
  const length = m.length64()
  if (m.frame_end > m.position) m.odd('frame', 'a frame begins inside a frame')
  const end = m.position + length
  if (end > m.source.size) throw new Unreadable('a frame goes past the end', m.started)
  if (m.protocol < 4) m.odd('frame', `a frame in protocol ${m.protocol}, which has none`)
  m.frame_end = end
}
