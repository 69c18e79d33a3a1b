import { isObject, type Json, type JsonObject, readJson, type Source, Unreadable } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'
import { isAllowedType, judgeName } from '../pickle/names.ts'

// Loaders of skops that make data of data.
const PLAIN = new Set(
  (
    'DictNode DefaultDictNode OrderedDictNode ListNode SetNode TupleNode SliceNode JsonNode BytesNode BytearrayNode NdArrayNode ' +
    'MaskedArrayNode ' +
    'RandomStateNode RandomGeneratorNode SparseMatrixNode DTypeNode CachedNode LossNode SGDNode TreeNode KDTreeNode BallTreeNode ' +
    'DatetimeNode'
  ).split(' '),
)
// Those that make an instance of a class that is named, or name a class or function.
const NAMING = new Set(
  'ObjectNode TypeNode FunctionNode ReduceNode PartialNode TreeNode _DictWithDeprecatedKeysNode LossNode SGDNode'.split(' '),
)
const TEXT_MAX_BYTES = 256 * 1024 * 1024

/** Judges the schema of a skops file: which loaders it asks for, and which types it names. */
export function judgeSkops(inspection: Inspection, member: string, schema: Source): void {
  let value: Json
  try {
    value = readJson(schema.read(0, Math.min(schema.size, TEXT_MAX_BYTES)).toString('utf8'), {
      depth_max: 2000,
      bytes_max: TEXT_MAX_BYTES,
    }).value
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    inspection.found('skops/broken', { member, evidence: error.message })
    return
  }
  const open: Json[] = [value]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (Array.isArray(one)) for (const inner of one) open.push(inner)
    else if (isObject(one)) {
      if (typeof one.__loader__ === 'string') judgeNode(inspection, member, one, one.__loader__)
      for (const inner of Object.values(one)) if (typeof inner === 'object' && inner !== null) open.push(inner)
    }
  }
}

function judgeNode(inspection: Inspection, member: string, node: JsonObject, loader: string): void {
  const module = String(node.__module__ ?? '')
  const name = String(node.__class__ ?? '')
  const named = loader === 'FunctionNode' ? nameOfFunction(node, module, name) : { module, name }
  const evidence = `${loader} of ${named.module}.${named.name}`
  const is_allowed = isAllowedType(`${named.module}.${named.name}`) || OWN.has(`${named.module}.${named.name}`)
  if (PLAIN.has(loader) && (is_allowed || !NAMING.has(loader))) return
  if (loader === 'MethodNode' || loader === 'OperatorFuncNode' || (!PLAIN.has(loader) && !NAMING.has(loader))) {
    inspection.found('skops/loader', { member, evidence })
    return
  }
  if (is_allowed) return
  const verdict = judgeName(named.module, named.name)
  inspection.found(verdict === 'dangerous' ? 'skops/loader' : 'skops/type', { member, evidence })
}

/** A function is named in its content. */
function nameOfFunction(node: JsonObject, module: string, name: string): { module: string; name: string } {
  const content = node.content
  if (!isObject(content)) return { module, name }
  return { module: String(content.module_path ?? module), name: String(content.function ?? name) }
}

// Types that skops trusts by itself and pickles don't name.
const OWN = new Set(['builtins.type', 'sklearn.utils._bunch.Bunch', 'collections.OrderedDict', 'numpy.random._generator.Generator'])
