import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { FileDigest } from './digests.ts'
import { type HashJob, hashFile } from './hash-file.ts'
import type { Resource, Serialization } from './oms.ts'
import type { ModelFile } from './walk.ts'

/** Below this much, starting threads (some 20 ms each) costs more than they bring. */
const THREADS_FROM_BYTES = 64 * 2 ** 20

/** Told now and then how many bytes are hashed. */
export type Progress = (bytes: number, of: number) => void

type Piece = Omit<Resource, 'digest'> & { readonly absolute: string; readonly bytes: number }

/** The files of a model by their digests, as a signature says how: in several threads where that is quicker. */
export async function hashResources(
  files: readonly ModelFile[],
  { hash, shard_bytes }: Pick<Serialization, 'hash' | 'shard_bytes'>,
  onProgress: Progress = () => {},
): Promise<readonly Resource[]> {
  const pieces = files.flatMap((file) => piecesOf(file, shard_bytes))
  const algorithm = hash === 'blake2b' ? 'blake2b512' : 'sha256'
  const jobs = pieces.map(({ absolute, start, end }): HashJob => ({ absolute, start, end, algorithm }))
  const total = pieces.reduce((sum, { bytes }) => sum + bytes, 0)
  let done = 0
  const told = (bytes: number): void => {
    done += bytes
    onProgress(done, total)
  }
  const threads = total < THREADS_FROM_BYTES ? 1 : Math.min(availableParallelism(), jobs.length)
  const digests = threads > 1 ? await inThreads(jobs, bySize(pieces), threads, told) : inThisThread(jobs, told)
  return pieces.map(({ path, start, end }, at) => ({ path, start, end, digest: digests[at] as string }))
}

/** The files of a model by their SHA-256. */
export async function hashModel(files: readonly ModelFile[], onProgress?: Progress): Promise<readonly FileDigest[]> {
  const resources = await hashResources(files, { hash: 'sha256', shard_bytes: undefined }, onProgress)
  return resources.map(({ path, digest }) => ({ path, sha256: digest }))
}

function piecesOf({ path, absolute, size }: ModelFile, shard_bytes: number | undefined): readonly Piece[] {
  if (shard_bytes === undefined) return [{ path, absolute, start: 0, end: undefined, bytes: size }]
  const pieces: Piece[] = []
  for (let start = 0; start < size; start += shard_bytes) {
    const end = Math.min(size, start + shard_bytes)
    pieces.push({ path, absolute, start, end, bytes: end - start })
  }
  return pieces
}

/** The biggest first, so that no thread is left with it at the end. */
const bySize = (pieces: readonly Piece[]): readonly number[] =>
  pieces.map((_, at) => at).sort((a, b) => (pieces[b]?.bytes ?? 0) - (pieces[a]?.bytes ?? 0))

function inThisThread(jobs: readonly HashJob[], told: (bytes: number) => void): readonly string[] {
  return jobs.map((job) => {
    const { digest, bytes } = hashFile(job)
    told(bytes)
    return digest
  })
}

type Answer = { readonly at: number; readonly digest: string; readonly bytes: number; readonly error?: Error }

async function inThreads(
  jobs: readonly HashJob[],
  order: readonly number[],
  threads: number,
  told: (bytes: number) => void,
): Promise<readonly string[]> {
  const digests = new Array<string>(jobs.length)
  const next = order.values()
  const file = import.meta.url.endsWith('.ts') ? './hash-worker.ts' : './hash-worker.js'
  const workers = Array.from({ length: threads }, () => new Worker(new URL(file, import.meta.url)))
  try {
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            const give = (): void => {
              const { value: at, done } = next.next()
              if (done || at === undefined) resolve()
              else worker.postMessage({ at, job: jobs[at] })
            }
            worker.on('message', ({ at, digest, bytes, error }: Answer) => {
              if (error) return reject(error)
              digests[at] = digest
              told(bytes)
              give()
            })
            worker.on('error', reject)
            give()
          }),
      ),
    )
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  return digests
}
