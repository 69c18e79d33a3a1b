import { DigestError, isCode } from '../index.ts'
import { type Cases, newRun } from './case.ts'
import { failure, ok, same } from './expect.ts'

const HELLO_SHA256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'

/** Bytes that come in pieces; not `ReadableStream.from`, which Chromium has not. */
function pieces(count: number, piece: Uint8Array): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent++ < count) controller.enqueue(piece.slice())
      else controller.close()
    },
  })
}

/** By a reader: what Response.text() says of a stream that fails is each browser's own. */
async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>).getReader()
  let text = ''
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) text += piece.value
  return text
}

export const artifactCases: Cases = {
  async 'sends text, bytes, Blobs and streams, and reads them as streams'(client) {
    const run = await newRun(client)
    const bytes = new Uint8Array(100_000).fill(7)
    await run.logArtifact('notes/a b&ä%20.txt', 'hello')
    await run.logArtifact('bytes.bin', bytes)
    await run.logArtifact('blob.bin', new Blob([bytes, bytes]))
    await run.logArtifact('stream.bin', pieces(30, bytes))
    await run.logJson('config.json', { depth: 3 })
    const text = async (path: string): Promise<string> => new Response(await client.downloadArtifact(run.run_id, path)).text()
    same([await text('notes/a b&ä%20.txt'), JSON.parse(await text('config.json'))], ['hello', { depth: 3 }])
    const { files } = await client.artifacts.list({ run_id: run.run_id })
    const sizes = (files ?? []).map(({ path, file_size }) => [path, file_size ?? 'folder']).sort()
    same(sizes, [
      ['blob.bin', 200_000],
      ['bytes.bin', 100_000],
      ['config.json', 16],
      ['notes', 'folder'],
      ['stream.bin', 3_000_000],
    ])
    const stream = await client.downloadArtifact(run.run_id, 'stream.bin')
    const reader = stream.getReader()
    let length = 0
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      ok(
        piece.value.every((byte) => byte === 7),
        'every byte is 7',
      )
      length += piece.value.length
    }
    same(length, 3_000_000)
    const error = await failure(client.downloadArtifact(run.run_id, 'no such file'))
    ok(isCode(error, 'RESOURCE_DOES_NOT_EXIST'), error.message)
  },

  async 'tells of progress both ways'(client) {
    const run = await newRun(client)
    const total_bytes = 3_000_000
    const up: (number | undefined)[][] = []
    const blob = new Blob([new Uint8Array(total_bytes)])
    await run.logArtifact('big.bin', blob, { onProgress: (told) => up.push([told.done_bytes, told.total_bytes]) })
    same(up.at(-1), [total_bytes, total_bytes])
    const down: (number | undefined)[][] = []
    const onProgress = (told: { done_bytes: number; total_bytes: number | undefined }) => down.push([told.done_bytes, told.total_bytes])
    await new Response(await client.downloadArtifact(run.run_id, 'big.bin', { onProgress })).arrayBuffer()
    same(down.at(-1), [total_bytes, total_bytes])
    ok(
      down.every(([done], at) => at === 0 || Number(done) > Number(down[at - 1]?.[0])),
      'it only grows',
    )
  },

  async 'verifies digests both ways'(client) {
    const run = await newRun(client)
    same(await run.logArtifact('hello.txt', 'hello', { verify: true }), { sha256: HELLO_SHA256 })
    same((await run.logArtifact('stream.txt', pieces(1, new TextEncoder().encode('hello')), { verify: true })).sha256, HELLO_SHA256)
    const fetched = await client.downloadArtifact(run.run_id, 'hello.txt', { sha256: HELLO_SHA256 })
    same(await new Response(fetched).text(), 'hello')
    const other = await client.downloadArtifact(run.run_id, 'hello.txt', { sha256: HELLO_SHA256.replace('2', '3') })
    const error = await failure(textOf(other))
    ok(error instanceof DigestError && error.found === HELLO_SHA256, error.message)
  },

  async 'stops an upload whose signal is aborted'(client) {
    const run = await newRun(client)
    const gone = new AbortController()
    const upload = run.logArtifact('never.bin', new Blob([new Uint8Array(8_000_000)]), {
      signal: gone.signal,
      onProgress: () => gone.abort(new Error('enough')),
    })
    same((await failure(upload)).message, 'enough')
  },

  async 'falls back to one piece where the store takes no parts'(client) {
    const run = await newRun(client)
    const { sha256 } = await run.logArtifact('parts.txt', 'hello', { multipart_from_bytes: 1 })
    same(sha256, HELLO_SHA256)
  },

  async "keeps a logged model's files, and says that a version's can't be sent"(client) {
    const { info } = await newRun(client)
    const { model } = await client.loggedModels.create({ experiment_id: info.experiment_id, name: 'forest' })
    const place = { model_id: model.info.model_id }
    await client.uploadArtifact(place, 'MLmodel', 'flavors: {}')
    same(await new Response(await client.downloadArtifact(place, 'MLmodel')).text(), 'flavors: {}')
    const error = await failure(client.uploadArtifact({ name: 'forest', version: '1' }, 'MLmodel', 'x'))
    ok(/send them there/.test(error.message), error.message)
  },
}
