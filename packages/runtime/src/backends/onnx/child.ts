// The process that computes models of ONNX: it gets a model and questions on its standard input, and answers on its standard output. It is
// started without environment, network, and the right to write, and may die at any time: whoever started it goes on.
import { readSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Cutter, type Message, pack, TEXT, type Tensor, TYPES, unpack } from './frames.ts'

type Metadata = { readonly name: string; readonly isTensor: boolean; readonly type?: string }
type Value = { readonly type: string; readonly dims: readonly number[]; readonly data: Tensor['data'] }
type Session = {
  readonly inputMetadata: readonly Metadata[]
  readonly outputMetadata: readonly Metadata[]
  run(feeds: Record<string, Value>): Promise<Record<string, Value>>
}
type Library = {
  readonly Tensor: new (type: string, data: Tensor['data'], dims: readonly number[]) => Value
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> }
}

const PIECE_BYTES = 1024 * 1024
const piece = Buffer.allocUnsafe(PIECE_BYTES)
const cutter = new Cutter()

/** Messages that have arrived; waits until there is one, and ends with whoever asks. */
function next(): Buffer[] {
  for (;;) {
    const bytes = readSync(0, piece, 0, PIECE_BYTES, null)
    if (bytes === 0) process.exit(0)
    const whole = cutter.add(Buffer.from(piece.subarray(0, bytes)))
    if (whole.length > 0) return whole
  }
}

function say(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at)
}

const withoutLength = (message: Buffer): Buffer => message.subarray(4)

/** The first messages: what to do, the model, and the files with its tensors. */
function begin(): Buffer[] {
  const all = next().map(withoutLength)
  const { files } = JSON.parse((all[0] as Buffer).toString('utf8')) as { files: readonly string[] }
  while (all.length < files.length + 2) all.push(...next().map(withoutLength))
  return all
}

async function open(library: Library, [head, model, ...data]: readonly Buffer[]): Promise<Session> {
  const { files } = JSON.parse((head as Buffer).toString('utf8')) as { files: readonly string[] }
  return library.InferenceSession.create(model as Buffer, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    externalData: files.map((path, at) => ({ path, data: data[at] })),
  })
}

async function answer(library: Library, session: Session, { id, tensors }: Message): Promise<Buffer> {
  try {
    const feeds: Record<string, Value> = {}
    tensors.forEach(({ type, data, shape }, at) => {
      const { name } = session.inputMetadata[at] as Metadata
      feeds[name] = new library.Tensor(TYPES[type] as string, data, shape)
    })
    const found = await session.run(feeds)
    return pack({
      id,
      tensors: session.outputMetadata.map(({ name }) => {
        const { type, dims, data } = found[name] as Value
        const number = TYPES.indexOf(type as (typeof TYPES)[number])
        return { type: number, shape: dims, data: number === TEXT ? Array.from(data as readonly string[]) : data }
      }),
    })
  } catch (error) {
    return pack({ id, tensors: [], problem: (error as Error).message.slice(0, 2_000) })
  }
}

const library = createRequire(import.meta.url)(process.argv[2] as string) as Library
const waiting = begin()
let session: Session
try {
  session = await open(library, waiting)
} catch (error) {
  say(pack({ id: 0, tensors: [], problem: (error as Error).message.slice(0, 2_000) }))
  process.exit(0)
}
const told = { inputs: session.inputMetadata, outputs: session.outputMetadata }
say(pack({ id: 0, tensors: [{ type: TEXT, shape: [1], data: [JSON.stringify(told)] }] }))
for (;;) {
  // Each is computed by itself; ONNX Runtime puts each off to the next round of the event loop, which is one round for all of them.
  const answers = await Promise.all(next().map((message) => answer(library, session, unpack(message))))
  say(answers.length === 1 ? (answers[0] as Buffer) : Buffer.concat(answers))
}
