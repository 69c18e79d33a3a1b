import { bulk, query, type Reader, type Writer } from '../db/handles.ts'
import type { SpanRow, Usage } from './span.ts'
import type { TraceRow } from './trace-store.ts'

const PUT = bulk(
  `insert into span (trace, span_id, parent_id, name, type, status, start_us, end_us, input_tokens, output_tokens, total_tokens, size,
     content)
   values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
   on conflict (trace, span_id) do update set parent_id = excluded.parent_id, name = excluded.name, type = excluded.type,
     status = excluded.status, start_us = excluded.start_us, end_us = excluded.end_us, input_tokens = excluded.input_tokens,
     output_tokens = excluded.output_tokens, total_tokens = excluded.total_tokens, size = excluded.size, content = excluded.content`,
  'ittttiiiiiiit',
)
const CONTENTS = query<[trace: number, content: string]>(
  (dialect) =>
    `select trace, content from span where ${dialect.inIntegers('trace')}
     order by trace, case when parent_id is null then 0 else 1 end, start_us, span_id`,
)
const SIZE = query<{ size: number }>(
  (dialect) => `select cast(coalesce(sum(size), 0) as bigint) as size from span where ${dialect.inIntegers('trace')}`,
)
const USAGES = query<Counted>(
  `select span_id, parent_id, input_tokens, output_tokens, total_tokens from span where trace = ? and total_tokens is not null`,
)

type Counted = Usage & { span_id: string; parent_id: string | null }

/** Stores spans; one that came before is replaced. `trace` is the inner id of the trace of each. */
export async function putSpans(tx: Writer, spans: readonly SpanRow[], traceOf: (span: SpanRow) => number): Promise<void> {
  const last = new Map(spans.map((span) => [`${span.trace_id} ${span.span_id}`, span]))
  await tx.runMany(
    PUT,
    [...last.values()].map((span) => [
      traceOf(span),
      span.span_id,
      span.parent_id,
      span.name,
      span.type,
      span.status,
      span.start_us,
      span.end_us,
      span.usage?.input_tokens ?? null,
      span.usage?.output_tokens ?? null,
      span.usage?.total_tokens ?? null,
      span.content.length,
      span.content,
    ]),
  )
}

/** The contents of traces' spans, the root first, then as they began; by the traces' inner ids. */
export async function contentsOf(db: Reader, traces: readonly TraceRow[]): Promise<Map<number, string[]>> {
  const out = new Map<number, string[]>()
  const rows = await db.tuples(CONTENTS, db.dialect.list(traces.map(({ id }) => id)))
  for (const [trace, content] of rows) {
    const list = out.get(trace)
    if (list) list.push(content)
    else out.set(trace, [content])
  }
  return out
}

/** How many characters the spans of these traces have together. */
export async function sizeOfSpans(db: Reader, traces: readonly TraceRow[]): Promise<number> {
  return (await db.get(SIZE, db.dialect.list(traces.map(({ id }) => id))))?.size ?? 0
}

/**
 * The tokens of a whole trace. A span counts for itself and what is below it, unless it has at least as many as those together: then it
 * is the sum that some libraries log on a parent.
 */
export async function usageOfTrace(db: Reader, trace: number): Promise<Usage | undefined> {
  const spans = await db.all(USAGES, trace)
  if (spans.length === 0) return undefined
  const below = new Map<string, Usage>()
  const ids = new Set(spans.map(({ span_id }) => span_id))
  const parents = new Map(spans.map(({ span_id, parent_id }) => [span_id, parent_id]))
  let total = NONE
  for (const span of deepestFirst(spans, parents)) {
    const children = below.get(span.span_id) ?? NONE
    const own = span.total_tokens >= children.total_tokens ? span : sum(span, children)
    if (span.parent_id !== null && ids.has(span.parent_id)) below.set(span.parent_id, sum(below.get(span.parent_id) ?? NONE, own))
    else total = sum(total, own)
  }
  return total
}

const NONE: Usage = { input_tokens: 0, output_tokens: 0, total_tokens: 0 }
const sum = (a: Usage, b: Usage): Usage => ({
  input_tokens: a.input_tokens + b.input_tokens,
  output_tokens: a.output_tokens + b.output_tokens,
  total_tokens: a.total_tokens + b.total_tokens,
})

const DEPTH_MAX = 1_000

function deepestFirst(spans: readonly Counted[], parents: ReadonlyMap<string, string | null>): Counted[] {
  const depthOf = (span: Counted): number => {
    let depth = 0
    // Parents may go in a circle: nobody checked what clients say of them.
    for (let at = span.parent_id; at && depth < DEPTH_MAX; at = parents.get(at) ?? null) depth++
    return depth
  }
  return spans
    .map((span) => ({ span, depth: depthOf(span) }))
    .sort((a, b) => b.depth - a.depth)
    .map(({ span }) => span)
}
