import { cityHash64 } from '../backends/boosters/catboost/city-hash.ts'
import { withPart } from '../backends/boosters/catboost/statistics.ts'
import { flatBuffer, flatList, flatNumbers, flatTable, flatText, type Piece } from './flat-buffer.ts'

/** A number's bytes, by the letter that says what it is. */
function numberOf(kind: 'int' | 'float' | 'double', value: number): Buffer {
  const made = Buffer.alloc(kind === 'double' ? 8 : 4)
  if (kind === 'int') made.writeInt32LE(value)
  else if (kind === 'float') made.writeFloatLE(value)
  else made.writeDoubleLE(value)
  return made
}

const int = (value: number): Buffer => numberOf('int', value)
const float = (value: number): Buffer => numberOf('float', value)
const ints = (values: readonly number[]): Piece => flatNumbers(Buffer.concat(values.map(int)), 4)
const floats = (values: readonly number[]): Piece => flatNumbers(Buffer.concat(values.map(float)), 4)
const doubles = (values: readonly number[]): Piece => flatNumbers(Buffer.concat(values.map((value) => numberOf('double', value))), 8)

/** The number by which a model knows a category. */
export const categoryHash = (text: string): number => Number(BigInt.asIntN(32, cityHash64(Buffer.from(text))))

/** What is to be otherwise in a file; each by itself may be wrong. */
export type CatboostTold = {
  readonly splits?: readonly number[]
  readonly sizes?: readonly number[]
  readonly starts?: readonly number[]
  readonly values?: readonly number[]
  readonly outputs?: number
  /** The steps to the left and the right, and the leaf of each node: trees whose nodes ask each for itself. */
  readonly nodes?: readonly (readonly [left: number, right: number, leaf: number])[]
  readonly column?: number
  readonly one_hot?: number
  readonly kind?: number
  readonly target?: number
  /** Of what the statistics are; the number of a category. */
  readonly of?: number
  readonly classes?: number
  readonly place?: number
  readonly counts?: readonly number[]
  readonly parts?: readonly string[]
  readonly info?: Readonly<Record<string, string>>
}

function featuresOf(told: CatboostTold): readonly [Piece, Piece, Piece, Piece] {
  const categories = [flatTable([int(0), int(told.column ?? 2), flatText('c')])]
  const numbers = [
    flatTable([undefined, int(0), int(0), floats([0.5]), flatText('a')]),
    flatTable([Buffer.of(1), int(1), int(1), floats([]), flatText('b'), Buffer.of(2)]),
  ]
  const one_hot = [flatTable([int(told.one_hot ?? 0), ints([categoryHash('x')])])]
  const use = flatTable([baseOf(told, 0), int(told.target ?? 0), float(1), float(1), undefined, float(10)])
  return [flatList(categories), flatList(numbers), flatList(one_hot), flatList([flatTable([use, floats([5])])])]
}

const baseOf = ({ kind = 0 }: CatboostTold, of: number): Piece => flatTable([flatTable([ints([of])]), Buffer.of(kind)])

function coreOf(told: CatboostTold): Buffer {
  const { splits = [0, 1, 2], sizes = [3], starts = [0], values = [0, 1, 2, 3, 4, 5, 6, 7], outputs = 1, nodes } = told
  const steps = nodes?.map(([left, right]) => Buffer.of(left & 0xff, left >> 8, right & 0xff, right >> 8))
  const trees = flatTable([
    int(outputs),
    ints(splits),
    ints(sizes),
    ints(starts),
    ...featuresOf(told),
    doubles(values),
    undefined,
    steps && flatNumbers(Buffer.concat(steps), 4),
    nodes && ints(nodes.map(([, , leaf]) => leaf)),
    undefined,
    undefined,
    numberOf('double', 2),
    numberOf('double', 0.5),
  ])
  const info = Object.entries({ params: '{"loss_function":{"type":"RMSE"}}', ...told.info })
  const entries = info.map(([key, value]) => flatTable([flatText(key), flatText(value)]))
  const parts = (told.parts ?? ['static_provider_v1']).map((name) => flatText(name))
  return flatBuffer(flatTable([flatText('FlabuffersModel_v1'), trees, flatList(entries), flatList(parts)]))
}

/** One hash that was seen in training, `x`, and an empty place: of 4 rows 3 were of the second class. */
function statisticsOf(told: CatboostTold): Buffer {
  const buckets = Buffer.alloc(24, 0xff)
  buckets.writeBigUInt64LE(withPart(0n, categoryHash('x')))
  buckets.writeUInt32LE(told.place ?? 0, 8)
  const counts = Buffer.concat((told.counts ?? [1, 3]).map(int))
  return flatBuffer(
    flatTable([baseOf(told, told.of ?? 0), flatNumbers(buckets, 1), flatNumbers(counts, 1), int(4), int(told.classes ?? 2)]),
  )
}

/**
 * CatBoost's own format: numbers a and b, a category c. Its tree asks whether a is beyond 0.5, whether c is `x`, and whether what was
 * counted of c is beyond 5; twice the leaf's number and a half is what it predicts.
 */
export function catboostBinary(told: CatboostTold = {}): Buffer {
  const [core, statistics] = [coreOf(told), statisticsOf(told)]
  return Buffer.concat([Buffer.from('CBM1'), int(core.length), core, int(1), int(statistics.length), statistics])
}
