/** A span as the timeline draws it. */
export type Span = {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly depth: number
  readonly start_ms: number
  readonly end_ms: number
  readonly isError: boolean
  readonly message: string
  readonly inputs: string
  readonly outputs: string
  readonly attributes: readonly (readonly [name: string, value: string])[]
}

type Raw = Record<string, unknown>

const INPUTS = 'mlflow.spanInputs'
const OUTPUTS = 'mlflow.spanOutputs'
const TYPE = 'mlflow.spanType'

const text = (value: unknown): string => (typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value))

function pretty(value: string): string {
  try {
    const parsed = JSON.parse(value) as unknown
    return typeof parsed === 'string' ? parsed : JSON.stringify(parsed, null, 2)
  } catch {
    return value
  }
}

/** OTLP's `{ stringValue: "a" }`, nested in lists and maps, as plain JSON. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const one = value as Raw
  const list = (one.arrayValue ?? one.array_value) as { values?: unknown[] } | undefined
  if (list) return (list.values ?? []).map(plain)
  const map = (one.kvlistValue ?? one.kvlist_value) as { values?: Raw[] } | undefined
  if (map) return Object.fromEntries((map.values ?? []).map(({ key, value: inner }) => [key, plain(inner)]))
  return (
    one.stringValue ??
    one.string_value ??
    one.intValue ??
    one.int_value ??
    one.doubleValue ??
    one.double_value ??
    one.boolValue ??
    one.bool_value ??
    value
  )
}

function attributesOf(raw: Raw): Map<string, string> {
  const { attributes } = raw
  const entries = Array.isArray(attributes)
    ? attributes.map(({ key, value }: { key: string; value: unknown }) => [key, text(plain(value))] as const)
    : Object.entries((attributes ?? {}) as Raw).map(([key, value]) => [key, text(value)] as const)
  return new Map(entries)
}

const nanos = (value: unknown): number => Number(BigInt(String(value ?? 0)) / 1_000n) / 1_000

/** The spans of a trace, parents before their children, by their start. */
export function spansOf(raw: readonly Raw[]): Span[] {
  const all = raw.map((one) => {
    const attributes = attributesOf(one)
    const status = (one.status ?? {}) as { code?: unknown; message?: string }
    return {
      id: text(one.span_id ?? one.spanId),
      parent: text(one.parent_span_id ?? one.parentSpanId ?? ''),
      name: text(one.name),
      type: pretty(attributes.get(TYPE) ?? ''),
      start_ms: nanos(one.start_time_unix_nano ?? one.startTimeUnixNano),
      end_ms: nanos(one.end_time_unix_nano ?? one.endTimeUnixNano ?? one.start_time_unix_nano ?? one.startTimeUnixNano),
      isError: /ERROR|^2$/.test(String(status.code ?? '')),
      message: status.message ?? '',
      inputs: pretty(attributes.get(INPUTS) ?? ''),
      outputs: pretty(attributes.get(OUTPUTS) ?? ''),
      attributes: [...attributes].filter(([name]) => name !== INPUTS && name !== OUTPUTS),
    }
  })
  const sorted = all.sort((a, b) => a.start_ms - b.start_ms)
  const ids = new Set(sorted.map(({ id }) => id))
  const children = Map.groupBy(sorted, ({ parent }) => parent)
  const out: Span[] = []
  const seen = new Set<string>()
  // Spans that name each other as their parent come last; a chain of them may be longer than a stack of calls.
  const roots = sorted.filter(({ parent }) => !ids.has(parent))
  const next = [...roots, ...sorted].reverse().map((span) => ({ span, depth: 0 }))
  for (let one = next.pop(); one; one = next.pop()) {
    const { parent: _, ...span } = one.span
    if (seen.has(span.id)) continue
    seen.add(span.id)
    out.push({ ...span, depth: one.depth })
    for (const child of (children.get(span.id) ?? []).toReversed()) next.push({ span: child, depth: one.depth + 1 })
  }
  return out
}
