import { parentPort } from 'node:worker_threads'
import { type HashJob, hashFile } from './hash-file.ts'

/** A thread that hashes what it is sent, one after another. */
parentPort?.on('message', ({ at, job }: { at: number; job: HashJob }) => {
  try {
    parentPort?.postMessage({ at, ...hashFile(job) })
  } catch (error) {
    parentPort?.postMessage({ at, error })
  }
})
