import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Backend,
  type Cell,
  type Column,
  type Frame,
  isRemote,
  type Label,
  type Prediction,
  type RemoteBackend,
} from '../../packages/runtime/src/backend.ts'
import { LOADERS } from '../../packages/runtime/src/backends/index.ts'
import { localModel } from './local-model.ts'

/** What Python logged, and what it predicted: written by log_models.py. */
export type Logged = {
  readonly name: string
  readonly data: string
  readonly target: string
  /** Python answers in float32. */
  readonly single: boolean
  readonly columns: Readonly<Record<string, readonly Cell[]>>
  readonly predict: readonly (Label | null)[]
  readonly proba: readonly number[] | null
  /** Where a model gives several things by name: each, and nothing else. */
  readonly outputs?: Readonly<Record<string, readonly (Label | null)[]>>
}

/** How far a model's answers here are from Python's. `why` is there when it is not served. */
export type Parity = {
  readonly name: string
  readonly kind: string
  readonly data: string
  readonly target: string
  readonly rows: number
  /** The greatest difference, as it is and in steps of float32. */
  readonly difference: number
  readonly ulps: number
  readonly why: string | undefined
}

/** Loads a model and compares its answers with Python's, row by row. */
export async function compare(folder: string, name: string): Promise<Parity> {
  const logged: Logged = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
  const frame = frameOf(logged.columns)
  const about = { name, data: logged.data, target: logged.target, rows: frame.rows }
  let backend: Backend | RemoteBackend | undefined
  try {
    backend = await load(join(folder, name))
    const found = logged.outputs
      ? outputDistances(await backend.predict(frame), logged.outputs)
      : [distance(await backend.predict(frame), logged.predict, logged.single)]
    if (logged.proba) {
      if (!backend.predictProba) throw new Error('it has no probabilities, and Python has')
      found.push(distance(backend.predictProba(frame), logged.proba, logged.single))
    }
    return {
      ...about,
      kind: backend.kind,
      difference: Math.max(...found.map(({ difference }) => difference)),
      ulps: Math.max(...found.map(({ ulps }) => ulps)),
      why: undefined,
    }
  } catch (error) {
    return { ...about, kind: '', difference: Number.NaN, ulps: Number.NaN, why: (error as Error).message }
  } finally {
    if (backend && isRemote(backend)) await backend.close()
  }
}

function outputDistances({ outputs = [] }: Prediction, expected: NonNullable<Logged['outputs']>) {
  const names = outputs.map(({ name }) => name)
  if (names.join() !== Object.keys(expected).join()) throw new Error(`it gives ${names}, and Python gives ${Object.keys(expected)}`)
  return outputs.map((one) => distance(one, expected[one.name] ?? [], true))
}

async function load(folder: string): Promise<Backend | RemoteBackend> {
  const files = localModel(folder)
  for (const loader of LOADERS) {
    const backend = await loader(files)
    if (backend) return backend
  }
  throw new Error('no loader knows it')
}

function frameOf(columns: Logged['columns']): Frame {
  const names = Object.keys(columns)
  const data = names.map((name): Column => {
    const cells = columns[name] ?? []
    return cells.some((cell) => typeof cell === 'string')
      ? cells
      : Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell)))
  })
  return { rows: data[0]?.length ?? 0, columns: names, data }
}

function distance({ values }: Prediction, expected: readonly (Label | null)[], single: boolean): { difference: number; ulps: number } {
  if (values.length !== expected.length) throw new Error(`it gives ${values.length} values, and Python gives ${expected.length}`)
  let difference = 0
  let ulps = 0
  for (let at = 0; at < expected.length; at++) {
    const [ours, theirs] = [values[at], expected[at]]
    if (ours === theirs) continue
    if (typeof ours !== 'number' || typeof theirs !== 'number') throw new Error(`value ${at} is ${ours}, and Python's is ${theirs}`)
    difference = Math.max(difference, Math.abs(ours - theirs))
    // In float64 a difference is measured in the same steps, so that one limit is for both.
    ulps = Math.max(ulps, single ? steps(ours, theirs) : Math.abs(ours - theirs) / (Math.max(Math.abs(theirs), 2 ** -100) * 2 ** -23))
  }
  return { difference, ulps }
}

const bits = new DataView(new ArrayBuffer(4))
const order = (value: number): number => {
  bits.setFloat32(0, value)
  const whole = bits.getInt32(0)
  return whole < 0 ? -(whole & 0x7fffffff) : whole
}
/** How many numbers of float32 lie between two. */
const steps = (one: number, other: number): number => Math.abs(order(one) - order(other))
