import { readYaml, Unreadable } from '@millrace/formats'
import type { Described } from '../backend.ts'
import { Refused } from '../refused.ts'
import type { Method } from '../serving/served.ts'
import { readSignature, type Signature } from '../signature/signature.ts'

/** What the file MLmodel says of a model. */
export type Description = {
  readonly flavors: ReadonlyMap<string, ReadonlyMap<string, Described>>
  readonly signature: Signature
  /** How MLflow's own server would ask the model. */
  readonly method: Method
  /** The path of the example as a request, when one was logged. */
  readonly example: string | undefined
}

/** Reads MLmodel. @throws Refused('describe') */
export function readMlmodel(text: string): Description {
  const root = mapOf(readDocument(text))
  const flavors = new Map<string, ReadonlyMap<string, Described>>()
  for (const [name, flavor] of mapOf(root.get('flavors'))) flavors.set(name, mapOf(flavor))
  if (flavors.size === 0) throw new Refused('describe', 'MLmodel names no flavor: log the model again with MLflow.')
  const signature = mapOf(root.get('signature'))
  const example = textIn(mapOf(root.get('saved_input_example_info')), 'serving_input_path')
  return {
    flavors,
    signature: readSignature(textIn(signature, 'inputs'), textIn(signature, 'outputs'), textIn(signature, 'params')),
    method: methodOf(textIn(flavors.get('python_function') ?? new Map(), 'predict_fn') ?? 'predict'),
    example,
  }
}

function readDocument(text: string): Described {
  try {
    const { value, tags } = readYaml(text)
    if (tags.length === 0) return value
    throw new Refused('describe', `MLmodel has the YAML tag ${tags[0]?.tag}, which makes objects: it was not written by MLflow.`)
  } catch (error) {
    if (error instanceof Unreadable) throw new Refused('describe', `MLmodel can't be read: ${error.message}.`, { cause: error })
    throw error
  }
}

const mapOf = (value: Described | undefined): ReadonlyMap<string, Described> => (value instanceof Map ? value : new Map())

function textIn(map: ReadonlyMap<string, Described>, key: string): string | undefined {
  const value = map.get(key)
  return typeof value === 'string' && value !== 'null' && value !== '' ? value : undefined
}

function methodOf(predict_fn: string): Method {
  if (predict_fn === 'predict' || predict_fn === 'predict_proba') return predict_fn
  throw new Refused('describe', `The model was logged to answer by '${predict_fn}'; predict and predict_proba are served.`)
}
