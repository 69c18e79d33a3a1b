import { Bytes, Global, Instance, memorySource, type Value as Pickled, part, type Source, Tuple } from '@millrace/formats'
import type { NdArray } from '../arrays.ts'
import { Blob, Estimator, Opaque, refuse, type Value } from '../estimator.ts'
import { isModelClass } from './allowed.ts'
import { arrayOf, arrayOfValues, bytesOf, dtypeOf, shapeOf, textOf } from './arrays.ts'

const DEPTH_MAX = 200

/** An array of joblib: where its bytes lie in the stream, or the pickle that followed. */
export type Inline = { readonly at: number; readonly bytes: number } | { readonly value: Pickled }

/** Turns what a pickle says into values that evaluators read. Each of its values is turned once; none may hold itself. */
export class Turner {
  readonly #source: Source
  readonly #inline: ReadonlyMap<Instance, Inline>
  readonly #done = new Map<object, Value>()
  readonly #under_way = new Set<object>()

  constructor(source: Source, inline: ReadonlyMap<Instance, Inline>) {
    this.#source = source
    this.#inline = inline
  }

  turn(value: Pickled, depth = 0): Value {
    if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value
    if (typeof value === 'bigint') return new Opaque('a large integer')
    if (typeof value !== 'object') return refuse('the pickle has a value that is not known')
    const known = this.#done.get(value)
    if (known !== undefined) return known
    if (this.#under_way.has(value)) return refuse('the pickle has a value that holds itself')
    if (depth > DEPTH_MAX) refuse(`the pickle is nested deeper than ${DEPTH_MAX}`)
    this.#under_way.add(value)
    const made = this.#object(value, depth + 1)
    this.#under_way.delete(value)
    this.#done.set(value, made)
    return made
  }

  #object(value: object, depth: number): Value {
    if (Array.isArray(value)) return this.#list(value, depth)
    if (value instanceof Tuple) return this.#list(value.items, depth)
    if (value instanceof Set) return this.#list([...value], depth)
    if (value instanceof Map) return this.#map(value, depth)
    if (value instanceof Bytes)
      return value.is_text ? textOf(this.#source, value) : new Blob(part(this.#source, value.offset, value.length))
    if (value instanceof Global) return new Opaque(value.toString())
    if (value instanceof Instance) return this.#instance(value, depth)
    return refuse('the pickle asks its loader for something that is not in it')
  }

  #list(items: readonly Pickled[], depth: number): Value[] {
    return items.map((item) => this.turn(item, depth))
  }

  #map(items: ReadonlyMap<Pickled, Pickled>, depth: number): ReadonlyMap<string, Value> {
    const made = new Map<string, Value>()
    for (const [key, item] of items) made.set(this.#key(key), this.turn(item, depth))
    if (made.size !== items.size) refuse('the pickle has a dict with the same key twice')
    return made
  }

  #key(key: Pickled): string {
    if (typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean') return String(key)
    if (key instanceof Tuple) return `(${key.items.map((one) => this.#key(one)).join(', ')})`
    if (key instanceof Bytes && key.is_text) return textOf(this.#source, key)
    const number = key instanceof Instance ? this.turn(key) : null
    return typeof number === 'number' || typeof number === 'string'
      ? String(number)
      : refuse('the pickle has a dict whose key is no plain value')
  }

  #instance(value: Instance, depth: number): Value {
    const args = value.args instanceof Tuple ? value.args.items : []
    const of = String(value.of)
    if (of.endsWith('.multiarray._reconstruct')) return this.#array(value, depth)
    if (of === 'joblib.numpy_pickle.NumpyArrayWrapper') return this.#joblib(value, depth)
    if (of.endsWith('.multiarray.scalar')) return this.#scalar(args)
    if (of.endsWith('.numeric._frombuffer')) {
      const [buffer, dtype, shape, order] = args
      return arrayOf(bytesOf(this.#source, buffer), dtypeOf(dtype), shapeOf(shape).shape, order === 'F')
    }
    if (of === '_codecs.encode' || /^(builtins|__builtin__)\.(bytes|bytearray)$/.test(of))
      return new Blob(memorySource(bytesOf(this.#source, value)))
    if (of === 'collections.OrderedDict' || of === 'collections.defaultdict') return this.#pairs(value, depth)
    // Both make an empty object of the class that they are given.
    if (/^(copyreg|copy_reg)\._reconstructor$|^sklearn\.neighbors\._(kd|ball)_tree\.newObj$/.test(of))
      return this.#known(String(args[0]), value, depth)
    return this.#known(of, value, depth)
  }

  #known(of: string, { state }: Instance, depth: number): Value {
    if (!isModelClass(of)) return new Opaque(of)
    if (state === undefined || state === null) return new Estimator(of, new Map())
    // Beside its dict an object may have slots, of which none holds what is evaluated.
    const own = state instanceof Tuple && state.items.length === 2 && state.items[0] instanceof Map ? state.items[0] : state
    const made = this.turn(own, depth)
    return new Estimator(of, made instanceof Map ? made : new Map([['state', made]]))
  }

  #array({ state }: Instance, depth: number): NdArray {
    const [, shape_of, type, in_columns, data] = state instanceof Tuple ? state.items : []
    const { shape, elements } = shapeOf(shape_of)
    const dtype = dtypeOf(type)
    if (!dtype.has_objects) return arrayOf(bytesOf(this.#source, data), dtype, shape, in_columns === true)
    if (in_columns === true && shape.length > 1) refuse('the pickle has an array of objects by columns')
    return arrayOfValues(
      Array.isArray(data) ? this.#list(data, depth) : refuse('the pickle has an array without elements'),
      shape,
      elements,
    )
  }

  #joblib(value: Instance, depth: number): Value {
    const inline = this.#inline.get(value)
    if (inline === undefined || !(value.state instanceof Map)) return refuse("the pickle has an array of joblib's without elements")
    if ('value' in inline) return this.turn(inline.value, depth)
    const { shape } = shapeOf(value.state.get('shape'))
    const bytes = this.#source.read(inline.at, inline.bytes)
    return arrayOf(bytes, dtypeOf(value.state.get('dtype')), shape, value.state.get('order') === 'F')
  }

  /** A number of numpy's own. */
  #scalar([type, data]: readonly Pickled[]): Value {
    const dtype = dtypeOf(type)
    if (dtype.has_objects) return new Opaque('numpy.object_')
    const { numbers, items, is_boolean } = arrayOf(bytesOf(this.#source, data), dtype, [], false)
    const value = numbers?.[0] ?? items?.[0] ?? null
    return is_boolean ? value !== 0 : value
  }

  #pairs({ args, items = [], state }: Instance, depth: number): Value {
    const [first] = args instanceof Tuple ? args.items : []
    const made = new Map<Pickled, Pickled>()
    for (const pair of Array.isArray(first) ? first : []) {
      const [key, item] = pair instanceof Tuple ? pair.items : Array.isArray(pair) ? pair : []
      made.set(key, item)
    }
    for (let at = 0; at + 1 < items.length; at += 2) made.set(items[at], items[at + 1])
    if (state instanceof Map) for (const [key, item] of state) made.set(key, item)
    return this.#map(made, depth)
  }
}
