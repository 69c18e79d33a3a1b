import { channel } from 'node:diagnostics_channel'

/** The channel on which each commit that keeps something is told, with how many requests share it: `http/metrics.ts` listens. */
export const COMMITS = 'millrace:commit'
export type Committed = { requests: number }

const commits = channel(COMMITS)

/** Tells of a commit; costs nothing while nobody listens. */
export function tellCommit(requests: number): void {
  if (commits.hasSubscribers) commits.publish({ requests } satisfies Committed)
}
