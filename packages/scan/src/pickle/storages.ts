import { Global, Instance, Persistent, Tuple, type Value } from '@millrace/formats'
import type { Inspection, Subject } from '../inspection.ts'

const REBUILDS = new Set(['_rebuild_tensor', '_rebuild_tensor_v2', '_rebuild_tensor_v3'])
const VALUES_MAX = 200_000

/** Finds tensors that would reach beyond their storage: loaders have trusted these numbers. */
export function checkStorages(inspection: Inspection, { member }: Subject, value: Value): void {
  const seen = new Set<Value>()
  const open: Value[] = [value]
  while (open.length > 0 && seen.size < VALUES_MAX) {
    const one = open.pop()
    if (typeof one !== 'object' || one === null || seen.has(one)) continue
    seen.add(one)
    if (one instanceof Instance) {
      const wrong = tensorProblem(one)
      if (wrong) inspection.found('pickle/storage', { member, offset: one.offset, evidence: wrong })
      open.push(one.args, one.state, one.named, ...(one.items ?? []).slice(0, VALUES_MAX))
    } else open.push(...childrenOf(one))
  }
}

function childrenOf(value: object): Value[] {
  if (value instanceof Tuple) return value.items.slice(0, VALUES_MAX)
  if (Array.isArray(value)) return typeof value[0] === 'number' ? [] : value.slice(0, VALUES_MAX)
  if (value instanceof Map) return [...value.values()].slice(0, VALUES_MAX)
  return []
}

/** Reads `_rebuild_tensor_v2(storage, offset, size, stride, ...)`. */
function tensorProblem({ of, args }: Instance): string | undefined {
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
