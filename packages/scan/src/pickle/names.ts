import numpy from './allowed/numpy.json' with { type: 'json' }
import python from './allowed/python.json' with { type: 'json' }
import sklearn from './allowed/sklearn.json' with { type: 'json' }
import torch from './allowed/torch.json' with { type: 'json' }
import { STANDARD_LIBRARY } from './standard-library.ts'

/** What a name in a pickle is to us. Only what is on the list is allowed; the rest differs in how it is called. */
export type Verdict = 'allowed' | 'unknown' | 'code' | 'dangerous'

const ALLOWED = new Map<string, ReadonlySet<string>>(
  [python, numpy, sklearn, torch].flatMap((list: Record<string, readonly string[]>) =>
    Object.entries(list).map(([module, names]): [string, ReadonlySet<string>] => [module, new Set(names)]),
  ),
)

// What carries Python code in a pickle by design: cloudpickle, dill, and what their functions are made of.
const CODE = /^(?:cloudpickle(?:\.|$)|dill(?:\.|$)|_dill$|joblib\.externals\.cloudpickle|mlflow\.pyfunc|__main__$)/
// What classes and their annotations are made of, where cloudpickle writes them out. None of it runs anything that isn't named as well.
const CODE_PARTS = new Map([
  ['builtins', new Set(['type', 'property', 'staticmethod', 'classmethod', 'super'])],
  ['abc', new Set(['ABC', 'ABCMeta', 'abstractmethod'])],
  ['enum', new Set(['Enum', 'EnumMeta', 'EnumType', 'IntEnum', 'StrEnum', 'Flag', 'IntFlag', 'ReprEnum', 'FlagBoundary', 'Enum.__new__'])],
  ['_operator', new Set(['getitem'])],
  ['operator', new Set(['getitem'])],
])
const ANNOTATIONS = /^(?:typing|typing_extensions|dataclasses)$/
const CODE_NAMES = new Set(['CodeType', 'FunctionType', 'LambdaType', 'CellType', 'MethodType', 'GenericAlias'])

// Packages that have been used to run commands, read files or fetch addresses while a pickle is loaded, by their first word.
const DANGEROUS = new Set(
  (
    'nt posix pip setuptools pkg_resources distutils numpy.testing requests aiohttp httpx urllib3 httplib httplib2 urllib2 commands ' +
    'paramiko fabric ' +
    'psutil pexpect sh plumbum invoke IPython ipykernel pydevd execnet ray dask fickling picklescan modelscan modelaudit skops ' +
    'gradio streamlit werkzeug flask django jinja2 mako twisted tornado boto3 botocore fsspec s3fs gcsfs smart_open'
  ).split(' '),
)
// Modules of model libraries whose functions have done so.
const DANGEROUS_MODULES = new RegExp(
  `^(?:${[
    'numpy\\.(?:f2py|testing|distutils|lib\\.(?:npyio|_npyio_impl)|ctypeslib|_core\\._methods)',
    'torch\\.(?:_inductor|_dynamo|utils|hub|jit|serialization|fx|distributed|package|testing|_C|ops|_export|multiprocessing|cuda)',
    'pandas\\.(?:io|core\\.computation|eval)',
    'joblib\\.(?!numpy_pickle$)',
    'scipy\\.(?:io|misc|weave)',
    '(?:tensorflow|keras|transformers)\\.',
  ].join('|')})`,
)

// Functions that make other things out of texts, whatever module they are called from.
const DANGEROUS_NAMES = new Set(
  (
    'eval exec execfile compile open __import__ getattr setattr delattr globals locals vars input breakpoint apply reload ' +
    'import_module system popen ' +
    'run call check_output check_call Popen spawn load loads read_pickle load_module exec_module resolve_name locate safeimport ' +
    'methodcaller ' +
    'attrgetter itemgetter partial reduce runstring run_path run_module _load_from_bytes'
  ).split(' '),
)

/** Judges what a pickle would import. */
export function judgeName(module: string, name: string): Verdict {
  if (ALLOWED.get(module)?.has(name)) return 'allowed'
  const first = module.slice(0, module.indexOf('.') === -1 ? undefined : module.indexOf('.'))
  if (CODE.test(module) || (first === 'types' && CODE_NAMES.has(name)) || isPartOfCode(module, name)) return 'code'
  if (STANDARD_LIBRARY.has(first) || DANGEROUS.has(first) || DANGEROUS.has(module) || DANGEROUS_MODULES.test(module)) return 'dangerous'
  return DANGEROUS_NAMES.has(name) ? 'dangerous' : 'unknown'
}

const isPartOfCode = (module: string, name: string): boolean =>
  CODE_PARTS.get(module)?.has(name) === true || (ANNOTATIONS.test(module) && /^_?[A-Z][A-Za-z_]*$/.test(name))

/** Whether a class is one that models need; skops names them as `module.Class`. */
export function isAllowedType(dotted: string): boolean {
  const at = dotted.lastIndexOf('.')
  return at > 0 && (ALLOWED.get(dotted.slice(0, at))?.has(dotted.slice(at + 1)) ?? false)
}
