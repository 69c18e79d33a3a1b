import type { CallOptions, MillraceClient } from './client.ts'
import { writeJson } from './json.ts'

const PREVIEW_MAX_CHARACTERS = 1_000
const NS_PER_MS = 1_000_000n

/** How a trace begins. */
export type TraceOptions = {
  readonly experiment_id: string
  readonly name: string
  readonly span_type?: string
  readonly inputs?: unknown
  readonly tags?: Readonly<Record<string, string>>
  /** What can't be changed later, such as `mlflow.trace.session` and `mlflow.trace.user`. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** How a span begins. */
export type SpanOptions = {
  /** MLflow knows LLM, CHAIN, AGENT, TOOL, CHAT_MODEL, RETRIEVER, PARSER, EMBEDDING, RERANKER; any other word may be. */
  readonly span_type?: string
  readonly inputs?: unknown
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** How a span ends. */
export type SpanEnd = { readonly outputs?: unknown; readonly error?: unknown }

/** A piece of a trace that is going on. */
export class Span {
  readonly trace: ActiveTrace
  readonly name: string
  readonly span_id = hex(8)
  readonly parent_id: string | undefined
  readonly #attributes = new Map<string, string>()
  readonly #events: unknown[] = []
  readonly #start_ns = now_ns()
  #end_ns: bigint | undefined
  #error: string | undefined

  constructor(trace: ActiveTrace, name: string, parent_id: string | undefined, { span_type, inputs, attributes }: SpanOptions) {
    this.trace = trace
    this.name = name
    this.parent_id = parent_id
    this.setAttributes({ 'mlflow.spanType': span_type ?? 'UNKNOWN', ...(inputs !== undefined && { 'mlflow.spanInputs': inputs }) })
    this.setAttributes(attributes ?? {})
  }

  /** Any values that can be JSON. */
  setAttributes(values: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(values)) if (value !== undefined) this.#attributes.set(key, writeJson(value))
  }

  /** Something that happened at one moment: now. */
  addEvent(name: string, attributes: Readonly<Record<string, unknown>> = {}): void {
    const list = Object.entries(attributes).map(([key, value]) => otlpText(key, typeof value === 'string' ? value : writeJson(value)))
    this.#events.push({ name, timeUnixNano: String(now_ns()), attributes: list })
  }

  /** Begins a span below this one. */
  startSpan(name: string, options: SpanOptions = {}): Span {
    return this.trace.add(name, this.span_id, options)
  }

  /** Runs `work` in a span below this one, which ends with what it gives or throws. @throws what `work` throws */
  async span<T>(name: string, options: SpanOptions, work: (span: Span) => T | Promise<T>): Promise<T> {
    const span = this.startSpan(name, options)
    try {
      const outputs = await work(span)
      span.end({ outputs })
      return outputs
    } catch (error) {
      span.end({ error })
      throw error
    }
  }

  /** Ends the span; a second end changes nothing. */
  end({ outputs, error }: SpanEnd = {}): void {
    if (this.#end_ns !== undefined) return
    this.#end_ns = now_ns()
    if (outputs !== undefined) this.setAttributes({ 'mlflow.spanOutputs': outputs })
    if (error !== undefined) this.#error = error instanceof Error ? error.message : String(error)
  }

  get failed(): boolean {
    return this.#error !== undefined
  }

  /** An attribute as JSON text. */
  attribute(key: string): string | undefined {
    return this.#attributes.get(key)
  }

  /** Milliseconds from its start to its end. */
  get duration_ms(): number {
    return Number(((this.#end_ns ?? now_ns()) - this.#start_ns) / NS_PER_MS)
  }

  get start_ms(): number {
    return Number(this.#start_ns / NS_PER_MS)
  }

  /** The span in OTLP's JSON. */
  toOtlp(): Record<string, unknown> {
    return {
      traceId: this.trace.otel_trace_id,
      spanId: this.span_id,
      ...(this.parent_id !== undefined && { parentSpanId: this.parent_id }),
      name: this.name,
      kind: 1,
      startTimeUnixNano: String(this.#start_ns),
      endTimeUnixNano: String(this.#end_ns ?? now_ns()),
      attributes: [...this.#attributes].map(([key, value]) => otlpText(key, value)),
      events: this.#events,
      status: this.#error === undefined ? { code: 1 } : { code: 2, message: this.#error },
    }
  }
}

/** A trace that is going on: its spans are sent when it ends. */
export class ActiveTrace {
  readonly client: MillraceClient
  /** 32 hexadecimal digits, as OpenTelemetry has it. */
  readonly otel_trace_id = hex(16)
  readonly trace_id = `tr-${this.otel_trace_id}`
  readonly root: Span
  readonly #options: TraceOptions
  readonly #spans: Span[] = []

  constructor(client: MillraceClient, options: TraceOptions) {
    this.client = client
    this.#options = options
    const { span_type, inputs } = options
    this.root = this.add(options.name, undefined, { ...(span_type !== undefined && { span_type }), inputs })
  }

  /** Begins a span below a span; {@link Span.startSpan} is the usual way. */
  add(name: string, parent_id: string | undefined, options: SpanOptions): Span {
    const span = new Span(this, name, parent_id, options)
    span.setAttributes({ 'mlflow.traceRequestId': this.trace_id })
    this.#spans.push(span)
    return span
  }

  /** Ends the trace and the spans that are still open, and sends them. @throws MillraceError */
  async end(result: SpanEnd = {}, options?: CallOptions): Promise<void> {
    this.root.end(result)
    for (const span of this.#spans) span.end()
    const { experiment_id, tags, metadata, name } = this.#options
    const [request, response] = [this.root.attribute('mlflow.spanInputs'), this.root.attribute('mlflow.spanOutputs')]
    const trace_info = {
      trace_id: this.trace_id,
      trace_location: { type: 'MLFLOW_EXPERIMENT' as const, mlflow_experiment: { experiment_id } },
      request_time: new Date(this.root.start_ms).toISOString(),
      execution_duration: `${(this.root.duration_ms / 1000).toFixed(3)}s`,
      state: this.root.failed ? ('ERROR' as const) : ('OK' as const),
      request_preview: request?.slice(0, PREVIEW_MAX_CHARACTERS),
      response_preview: response?.slice(0, PREVIEW_MAX_CHARACTERS),
      trace_metadata: {
        'mlflow.trace_schema.version': '3',
        ...(request !== undefined && { 'mlflow.traceInputs': request.slice(0, PREVIEW_MAX_CHARACTERS) }),
        ...(response !== undefined && { 'mlflow.traceOutputs': response.slice(0, PREVIEW_MAX_CHARACTERS) }),
        ...metadata,
      },
      tags: { 'mlflow.traceName': name, ...tags },
    }
    await this.client.traces.create({ trace: { trace_info } }, options)
    await exportSpans(
      this.client,
      experiment_id,
      this.#spans.map((span) => span.toOtlp()),
      options,
    )
  }
}

/** Begins a trace and its first span; nothing is sent before its end. */
export const startTrace = (client: MillraceClient, options: TraceOptions): ActiveTrace => new ActiveTrace(client, options)

/** Runs `work` in a trace, which ends, and is sent, with what it gives or throws. @throws MillraceError, and what `work` throws */
export async function traced<T>(client: MillraceClient, options: TraceOptions, work: (span: Span) => T | Promise<T>): Promise<T> {
  const trace = startTrace(client, options)
  let outputs: T
  try {
    outputs = await work(trace.root)
  } catch (error) {
    // What `work` threw is what the caller must see, even if the server can't be told.
    await trace.end({ error }).catch(() => undefined)
    throw error
  }
  await trace.end({ outputs })
  return outputs
}

/**
 * Sends spans in OTLP's JSON (ids in hexadecimal digits, times in nanoseconds as text), however they were made.
 * @throws MillraceError; Error when the server left some out
 */
export async function exportSpans(
  client: MillraceClient,
  experiment_id: string,
  spans: readonly Record<string, unknown>[],
  { signal }: CallOptions = {},
): Promise<void> {
  const body = writeJson({ resourceSpans: [{ resource: {}, scopeSpans: [{ scope: { name: '@millrace/client' }, spans }] }] })
  const headers = { 'content-type': 'application/json', 'x-mlflow-experiment-id': experiment_id }
  // A span that comes twice is replaced: it may be sent again.
  const answer = await client.request('/v1/traces', { method: 'POST', body, headers }, { signal, repeatable: true })
  const { partialSuccess: partial } = JSON.parse((await answer.text()) || '{}')
  if (Number(partial?.rejectedSpans ?? 0) > 0)
    throw new Error(`the server left out ${partial.rejectedSpans} spans: ${partial.errorMessage}`)
}

const otlpText = (key: string, stringValue: string): unknown => ({ key, value: { stringValue } })

const now_ns = (): bigint => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n

const hex = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('')
