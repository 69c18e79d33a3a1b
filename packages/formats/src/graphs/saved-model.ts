import { fieldsOf, textOf } from './wire.ts'

/** Operators of a SavedModel of TensorFlow, with how many nodes have them, and texts in it that may be code. */
export type SavedModelFacts = { readonly operators: ReadonlyMap<string, number> }

/** Walks every graph and every function of a SavedModel. @throws Unreadable */
export function readSavedModel(model: Buffer): SavedModelFacts {
  const operators = new Map<string, number>()
  const node = (message: Buffer): void => {
    for (const field of fieldsOf(message)) {
      if (field.number === 2) operators.set(textOf(field), (operators.get(textOf(field)) ?? 0) + 1)
    }
  }
  // Each step is the number of a field, down to the nodes: meta graph, graph, nodes; and its library, functions, nodes.
  const walk = (message: Buffer, path: readonly number[]): void => {
    const [next, ...rest] = path
    if (next === undefined) node(message)
    else for (const { number, bytes } of fieldsOf(message)) if (number === next && bytes) walk(bytes, rest)
  }
  walk(model, [2, 2, 1])
  walk(model, [2, 2, 2, 1, 3])
  return { operators }
}
