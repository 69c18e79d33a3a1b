/** A span on its way into the store; `content` is its JSON as MLflow's clients keep it in `traces.json`. */
export type SpanRow = {
  readonly trace_id: string
  readonly span_id: string
  readonly parent_id: string | null
  readonly name: string
  readonly type: string | null
  /** As OpenTelemetry counts: 0 unset, 1 ok, 2 error. */
  readonly status: number
  readonly start_us: number
  readonly end_us: number | null
  readonly usage: Usage | undefined
  readonly content: string
}

/** Tokens that a language model took and gave. */
export type Usage = { readonly input_tokens: number; readonly output_tokens: number; readonly total_tokens: number }
