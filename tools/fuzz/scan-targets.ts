import { xgboostFile } from '../../packages/runtime/src/testing/booster-files.ts'
import { inspect } from '../../packages/scan/src/inspect.ts'
import { corpus } from '../corpus/corpus.ts'
import type { Seed, Target } from './target.ts'

/** The formats that the scanner reads: their cases in the corpus, by name. */
const FORMATS: Readonly<Record<string, RegExp>> = {
  pickle: /^pickle\//,
  joblib: /joblib/,
  zip: /archives\/.*\.(?:pt2?|zip|bin|pkl)$/,
  tar: /\.tar$/,
  packed: /\.(?:gz|zst|joblib)$/,
  bzip2: /\.bz2$/,
  xz: /\.xz$|lzma/,
  lz4: /\.lz4$/,
  numpy: /\.np[yz]$/,
  skops: /\.skops$/,
  safetensors: /\.safetensors$/,
  gguf: /\.gguf$/,
  onnx: /\.onnx$/,
  'saved-model': /\.pb$/,
  keras: /\.keras$/,
  hdf5: /\.h5$/,
  text: /MLmodel$|\.ya?ml$|\.txt$|\.jinja$|\.pem$/,
  json: /\.json$/,
  catboost: /\.cbm$/,
  lightgbm: /\.lgb$/,
}

const SEED_MAX_BYTES = 100_000

/** What the corpus has no case of. */
const MORE: Readonly<Record<string, () => readonly Seed[]>> = {
  xgboost: () => [
    { name: 'model.ubj', bytes: xgboostFile({}, {}, 'ubj') },
    { name: 'model.json', bytes: xgboostFile() },
  ],
}

const small = (seeds: readonly Seed[]): readonly Seed[] => seeds.filter(({ bytes }) => bytes.length < SEED_MAX_BYTES)

/** A scan gives a verdict on whatever bytes there are: it throws nothing. */
function attempt(name: string, bytes: Buffer): string {
  const { ending, findings } = inspect(name, bytes)
  return `${ending} ${[...new Set(findings.map(({ rule }) => rule))].sort().join(' ')}`
}

/** A fuzzer for each format of the scanner. */
export const scanTargets: readonly Target[] = [
  ...Object.entries(FORMATS).map(([format, names]): Target => {
    return { name: `scan-${format}`, seeds: () => small(corpus().filter(({ name }) => names.test(name))), attempt }
  }),
  ...Object.entries(MORE).map(([format, seeds]): Target => ({ name: `scan-${format}`, seeds, attempt })),
]
