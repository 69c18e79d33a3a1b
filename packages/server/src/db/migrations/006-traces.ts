import type { Migration } from '../migrate.ts'

/**
 * Traces, their spans and what people and judges said of them. `finalized` is 1 once a client told what the trace is as a whole: spans that
 * come later don't change it. A span's times are kept in microseconds, which are exact numbers; its `content` has all of it as JSON,
 * nanoseconds included. Token counts are the span's own; those of a trace are in its metadata.
 */
export const traces: Migration = {
  id: 6,
  name: 'traces',
  statements: ({ types: { int, text, id }, clustered }) => [
    `create table trace (
      id ${id}, trace_id ${text} not null unique, experiment ${int} not null references experiment (id) on delete cascade,
      start_ms ${int} not null, duration_ms ${int}, state ${int} not null, name ${text}, client_request_id ${text},
      request_preview ${text}, response_preview ${text}, finalized ${int} not null, spans ${int} not null
    )`,
    'create index trace_by_start on trace (experiment, start_ms desc, trace_id)',
    `create table trace_tag (
      trace ${int} not null references trace (id) on delete cascade, key ${int} not null, value ${text} not null,
      primary key (trace, key)
    ) ${clustered}`,
    `create table trace_metadata (
      trace ${int} not null references trace (id) on delete cascade, key ${int} not null, value ${text} not null,
      primary key (trace, key)
    ) ${clustered}`,
    `create table trace_run (
      run ${int} not null references run (id) on delete cascade, trace ${int} not null references trace (id) on delete cascade,
      primary key (run, trace)
    ) ${clustered}`,
    'create index trace_run_by_trace on trace_run (trace)',
    `create table trace_prompt (
      trace ${int} not null references trace (id) on delete cascade, name ${text} not null, version ${text} not null,
      primary key (trace, name, version)
    ) ${clustered}`,
    `create table span (
      trace ${int} not null references trace (id) on delete cascade, span_id ${text} not null, parent_id ${text}, name ${text} not null,
      type ${text}, status ${int} not null, start_us ${int} not null, end_us ${int}, input_tokens ${int}, output_tokens ${int},
      total_tokens ${int}, size ${int} not null, content ${text} not null, primary key (trace, span_id)
    )`,
    `create table assessment (
      id ${id}, assessment_id ${text} not null unique, trace ${int} not null references trace (id) on delete cascade, name ${text} not null,
      kind ${int} not null, value ${text}, error ${text}, source_type ${text} not null,
      source_id ${text} not null, span_id ${text}, rationale ${text}, metadata ${text}, overrides ${text}, valid ${int} not null,
      created_ms ${int} not null, updated_ms ${int} not null
    )`,
    'create index assessment_by_trace on assessment (trace, name)',
  ],
}
