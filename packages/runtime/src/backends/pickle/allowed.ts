import { isKnownBooster } from '../boosters/estimators.ts'
import { isKnownClass } from '../sklearn/registry.ts'

const NUMPY = ['numpy.core', 'numpy._core']
const each = (modules: readonly string[], names: readonly string[]): string[] =>
  modules.flatMap((module) => names.map((name) => `${module}.${name}`))

/** What makes arrays, numbers, bytes and dicts: each is done here by hand. */
const MAKERS: ReadonlySet<string> = new Set([
  ...each(NUMPY, ['multiarray._reconstruct', 'multiarray.scalar', 'numeric._frombuffer']),
  'numpy.dtype',
  'numpy.ndarray',
  'joblib.numpy_pickle.NumpyArrayWrapper',
  'copyreg._reconstructor',
  'copy_reg._reconstructor',
  '_codecs.encode',
  'sklearn.neighbors._kd_tree.newObj',
  'sklearn.neighbors._ball_tree.newObj',
  'collections.OrderedDict',
  'collections.defaultdict',
  ...each(
    ['builtins', '__builtin__'],
    ['object', 'bytes', 'bytearray', 'slice', 'set', 'frozenset', 'int', 'float', 'str', 'bool', 'list', 'dict'],
  ),
])

/** What estimators hold beside numbers, and nothing that is evaluated looks at. */
const INERT: ReadonlySet<string> = new Set([
  ...each(['numpy'], ['float64', 'float32', 'int64', 'int32', 'uint8', 'uint32', 'bool_', 'bool', 'object_', 'str_']),
  ...each(NUMPY, ['multiarray.array']),
  'numpy.random._pickle.__randomstate_ctor',
  'numpy.random.bit_generator.__pyx_unpickle_SeedSequence',
  'numpy.random.bit_generator.SeedSequence',
  'numpy.random._pickle.__bit_generator_ctor',
  'numpy.random._pickle.__generator_ctor',
  'numpy.random._mt19937.MT19937',
  'numpy.random._pcg64.PCG64',
  'numpy.ma._mareconstruct',
  'numpy.ma.core._mareconstruct',
  'numpy.ma.MaskedArray',
  'numpy.ma.core.MaskedArray',
  'sklearn.utils._bunch.Bunch',
  'sklearn.neural_network._stochastic_optimizers.AdamOptimizer',
  ...each(['sklearn.feature_selection._univariate_selection'], ['f_classif', 'f_regression', 'chi2']),
  ...each(['sklearn.metrics._dist_metrics'], ['newObj']),
])

/** Losses of cython: what restores one, and the class itself. */
const LOSS = /^sklearn\._loss\._loss\.(__pyx_unpickle_)?Cy[A-Z][A-Za-z]{2,40}$/

/** Whether a name may stand in a pickle at all. */
export const isAllowed = (name: string): boolean => MAKERS.has(name) || INERT.has(name) || LOSS.test(name) || isModelClass(name)

/** Whether it is a class whose attributes are read. */
export const isModelClass = (name: string): boolean => isKnownClass(name) || isKnownBooster(name)
