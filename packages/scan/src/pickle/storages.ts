import { Global, type Instance, Persistent, Tuple } from '@millrace/formats'

const REBUILDS = new Set(['_rebuild_tensor', '_rebuild_tensor_v2', '_rebuild_tensor_v3'])

/**
 * What is wrong with a call of `_rebuild_tensor_v2(storage, offset, size, stride, ...)`: loaders have trusted these numbers, and a tensor
 * that reaches beyond its storage reads memory that is not its own. Undefined when nothing is, or when something else is called.
 */
export function tensorProblem({ of, args }: Instance): string | undefined {
  if (!(of instanceof Global) || of.module !== 'torch._utils' || !REBUILDS.has(of.name) || !(args instanceof Tuple)) return undefined
  const [storage, offset, size, stride] = args.items
  if (!(storage instanceof Persistent) || !(storage.id instanceof Tuple)) return undefined
  const elements = storage.id.items[4]
  if (typeof elements !== 'number' || typeof offset !== 'number' || !(size instanceof Tuple) || !(stride instanceof Tuple)) return undefined
  const sizes = size.items.map(Number)
  const strides = stride.items.map(Number)
  if (offset < 0 || [...sizes, ...strides].some((one) => !Number.isSafeInteger(one) || one < 0))
    return 'a size or stride of a tensor is none'
  if (sizes.includes(0)) return undefined
  const last = sizes.reduce((all, one, at) => all + (one - 1) * (strides[at] ?? 0), offset)
  return last >= elements ? `a tensor reaches to element ${last} of ${elements}` : undefined
}
