import type { CallOptions, MillraceClient } from './client.ts'
import type { MetricPoint, Param, Tag } from './endpoints.ts'
import { writeJson } from './json.ts'

// The limits of the endpoint, and of a body as MLflow's own server takes it.
const TOGETHER_MAX = 1_000
const PARAMS_MAX = 100
const TAGS_MAX = 100
const BODY_MAX_BYTES = 900_000

/** What is logged of a run together. */
export type Batch = {
  readonly metrics?: readonly MetricPoint[]
  readonly params?: readonly Param[]
  readonly tags?: readonly Tag[]
}

type Cut = { metrics: MetricPoint[]; params: Param[]; tags: Tag[] }

/**
 * Logs any number of metrics, params and tags. What is more than one request may hold is cut into several, one after another: each is kept
 * as a whole or not at all, and those before a failed one stay. @throws MillraceError
 */
export async function logBatch(client: MillraceClient, run_id: string, batch: Batch, options?: CallOptions): Promise<void> {
  for (const part of cut(batch)) await client.runs.logBatch({ run_id, ...part }, options)
}

/** Cuts a batch at the server's limits, in the order tags, params, metrics. */
export function* cut({ tags = [], params = [], metrics = [] }: Batch): Generator<Cut> {
  const empty = (): Cut => ({ metrics: [], params: [], tags: [] })
  let part = empty()
  let bytes = 0
  let together = 0
  const kinds = [
    ['tags', tags, TAGS_MAX],
    ['params', params, PARAMS_MAX],
    ['metrics', metrics, TOGETHER_MAX],
  ] as const
  for (const [kind, items, max] of kinds) {
    for (const item of items) {
      // A character may take three bytes: an upper bound is enough to stay below the limit.
      const size = writeJson(item).length * 3
      if (together >= TOGETHER_MAX || part[kind].length >= max || (together > 0 && bytes + size > BODY_MAX_BYTES)) {
        yield part
        part = empty()
        bytes = 0
        together = 0
      }
      part[kind].push(item as never)
      bytes += size
      together++
    }
  }
  if (together > 0) yield part
}
