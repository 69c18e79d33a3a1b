import type { ActiveRun, MillraceClient } from '../index.ts'

/** What the client can do, by a sentence: each case stands alone, and uses nothing but the client of a running server. */
export type Cases = Readonly<Record<string, (client: MillraceClient) => Promise<void>>>

let made = 0

/** A name that no other case has taken, in whatever runs against the same server. */
export const unique = (word: string): string => `${word}-${crypto.getRandomValues(new Uint32Array(1))[0]}-${++made}`

/** A run of an experiment of its own. */
export const newRun = (client: MillraceClient): Promise<ActiveRun> => client.startRun({ experiment_name: unique('experiment') })
