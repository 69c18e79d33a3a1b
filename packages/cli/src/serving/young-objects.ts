import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** What V8 has for young objects may grow until it has so much; it is two halves, one of which is in use. */
const ROOM_BYTES = 16 * 1024 * 1024
const LOOKED_AT_EVERY_MS = 1_000

/**
 * Tells V8 what it can't know: this process answers many requests, and nothing of a request lives longer than it. To be called when the
 * code is loaded, and before models are. By V8's own guesses most servers with a rollout had twice the memory, and a request cost more.
 */
export function expectRequests(): void {
  // V8 would make objects old at once where earlier ones lived long, as while models load. Such an object keeps the whole of its request,
  // answered or not, and what that points to, until everything that lives is marked.
  setFlagsFromString('--no-allocation-site-pretenuring')
  // What reading a model leaves behind is no reason to make room, and what requests leave is up to a bound: V8's own is 48 MiB, and
  // every second of load fills all of it. Requests of many rows get more sooner than this looks, and need it.
  mayGrow(false)
  setInterval(() => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    mayGrow(young !== undefined && young.space_size < ROOM_BYTES * 0.75)
  }, LOOKED_AT_EVERY_MS).unref()
}

const mayGrow = (may: boolean): void => setFlagsFromString(`--semi-space-growth-factor=${may ? 2 : 1}`)
