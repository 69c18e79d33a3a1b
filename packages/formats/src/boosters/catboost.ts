import { part, type Source } from '../source.ts'
import { Unreadable } from '../unreadable.ts'
import { type Fields, type Flat, FlatBuffer, type Shape } from './flat-buffer.ts'

/** What a binary model of CatBoost (.cbm) holds, as far as it can be told without computing anything. */
export type CatboostModel = {
  /** What CatBoost wrote down about the training: parameters, versions, the output's description. */
  readonly info: ReadonlyMap<string, string>
  readonly trees: number
  readonly leaf_values: number
  /** The features and the trees as the file has them, by CatBoost's names, and nothing of it believed but that it lies within the file. */
  readonly core: Flat
  /** What follows the core and was not read, by its name. */
  readonly unread: readonly string[]
}

const HEAD_BYTES = 8
const CORE_MAX_BYTES = 1024 * 1024 * 1024
/** As CatBoost spells it. */
const FORMAT = 'FlabuffersModel_v1'
const STATISTICS = 'static_provider_v1'
const NO_ITEMS = 0xffffffff

const bytes = (width: number): Exclude<Shape, { of: 'list' }> => ({ of: 'bytes', width })
const list = (items: Exclude<Shape, { of: 'list' }>): Shape => ({ of: 'list', items })
const tables = (fields: Fields): Shape => list({ of: 'table', fields: () => fields })
const table = (fields: Fields): Shape => ({ of: 'table', fields: () => fields })
const text: Exclude<Shape, { of: 'list' }> = { of: 'text' }
const number = (width: number): Exclude<Shape, { of: 'list' }> => ({ of: 'bytes', width, as: 'float' })
const structure = (width: number): Exclude<Shape, { of: 'list' }> => ({ of: 'bytes', width, as: 'structure' })
const [byte, int, float, double, pair, guid] = [bytes(1), bytes(4), number(4), number(8), structure(8), structure(16)]

const COMBINATION: Fields = { CatFeatures: list(int), FloatSplits: list(pair), OneHotSplits: list(pair) }
const STATISTIC: Fields = { FeatureCombination: table(COMBINATION), CtrType: byte, TargetBorderClassifierIdx: int }
const USE: Fields = { Base: table(STATISTIC), TargetBorderIdx: int, PriorNum: float, PriorDenom: float, Shift: float, Scale: float }
const COLUMN: Fields = { Index: int, FlatIndex: int, FeatureId: text, UsedInModel: byte }

const TREES: Fields = {
  ApproxDimension: int,
  TreeSplits: list(int),
  TreeSizes: list(int),
  TreeStartOffsets: list(int),
  CatFeatures: tables(COLUMN),
  FloatFeatures: tables({ HasNans: byte, Index: int, FlatIndex: int, Borders: list(float), FeatureId: text, NanValueTreatment: byte }),
  OneHotFeatures: tables({ Index: int, Values: list(int), StringValues: list(text) }),
  CtrFeatures: tables({ Ctr: table(USE), Borders: list(float) }),
  LeafValues: list(double),
  LeafWeights: list(double),
  NonSymmetricStepNodes: list(structure(4)),
  NonSymmetricNodeIdToLeafId: list(int),
  TextFeatures: tables(COLUMN),
  EstimatedFeatures: tables({ SourceFeatureIndex: int, CalcerId: guid, LocalIndex: int, Borders: list(float), SourceFeatureType: byte }),
  Scale: double,
  Bias: double,
  MultiBias: list(double),
  RepackedBins: list(structure(4)),
  EmbeddingFeatures: tables({ Index: int, FlatIndex: int, FeatureId: text, Dimension: int, UsedInModel: byte }),
}
const CORE: Fields = {
  FormatVersion: text,
  ModelTrees: table(TREES),
  InfoMap: tables({ Key: text, Value: text }),
  ModelPartIds: list(text),
}
const VALUES: Fields = {
  ModelCtrBase: table(STATISTIC),
  IndexHashRaw: list(byte),
  CTRBlob: list(byte),
  CounterDenominator: int,
  TargetClassesCount: int,
}

/**
 * Reads a .cbm: its core, and the statistics of categories behind it, each of which is handed on if somebody wants it.
 * @throws Unreadable
 */
export function readCatboost(source: Source, take?: (statistics: Flat) => void): CatboostModel {
  const size = source.read(0, HEAD_BYTES).length < HEAD_BYTES ? 0 : source.read(4, 4).readUInt32LE()
  if (size < 8 || size > CORE_MAX_BYTES || HEAD_BYTES + size > source.size) throw new Unreadable('its core is not as long as it says', 4)
  const core = new FlatBuffer(source.read(HEAD_BYTES, size)).root(CORE)
  if (core.FormatVersion !== FORMAT)
    throw new Unreadable(`its format is ${String(core.FormatVersion).slice(0, 60)}, and ${FORMAT} is read`, 8)
  const trees = (core.ModelTrees ?? {}) as Flat
  const count = (name: string, width: number): number => (Buffer.isBuffer(trees[name]) ? trees[name].length / width : 0)
  if (count('TreeSizes', 4) !== count('TreeStartOffsets', 4)) throw new Unreadable('its trees are not all told where they begin', 8)
  // Some are written with the zero of C's texts.
  const parts = ((core.ModelPartIds ?? []) as readonly string[]).map((name) => name.replace(/\0$/, ''))
  const rest = part(source, HEAD_BYTES + size, source.size)
  return {
    info: new Map(((core.InfoMap ?? []) as readonly Flat[]).map(({ Key, Value }) => [String(Key), String(Value)])),
    trees: count('TreeSizes', 4),
    leaf_values: count('LeafValues', 8),
    core: trees,
    unread: unreadIn(rest, parts, take),
  }
}

/** Parts have no lengths of their own: what follows one that is not read is not read either. */
function unreadIn(rest: Source, parts: readonly string[], take?: (statistics: Flat) => void): readonly string[] {
  const [first, ...more] = parts
  const end = first === STATISTICS ? statistics(rest, take) : 0
  const unread = first === STATISTICS ? more : parts
  if (unread.length === 0 && end < rest.size) throw new Unreadable(`${rest.size - end} bytes follow its end`, end)
  return unread
}

/** Tables of statistics, each after its length; gives where they end. */
function statistics(source: Source, take?: (statistics: Flat) => void): number {
  const length = (at: number): number => {
    const found = source.read(at, 4)
    if (found.length < 4) throw new Unreadable('its statistics are cut off', at)
    return found.readUInt32LE()
  }
  const count = length(0)
  let at = 4
  for (let index = 0; index < count; index++) {
    const size = length(at)
    if (size === NO_ITEMS || at + 4 + size > source.size) throw new Unreadable('its statistics are cut off', at)
    const found = new FlatBuffer(source.read(at + 4, size)).root(VALUES)
    take?.(found)
    at += 4 + size
  }
  return at
}
