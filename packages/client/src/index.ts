/** The client's front door. */
export { type Batch, logBatch } from './batch.ts'
export { type CallOptions, type ClientOptions, MillraceClient } from './client.ts'
export { type ArtifactBody, type ArtifactPlace, DigestError, type DownloadOptions, type Progress } from './download.ts'
export type { Double, Endpoints, ErrorCode, Input, Output, Route } from './endpoints.ts'
export { isCode, MillraceError } from './errors.ts'
export { Paged } from './pages.ts'
export {
  type ChatMessage,
  findPrompt,
  formatPrompt,
  loadPrompt,
  type NewPrompt,
  type Prompt,
  registerPrompt,
  searchPrompts,
  type Template,
  variablesOf,
} from './prompts.ts'
export { copyModelVersion, type NewVersion, type ReadyOptions, registerModel, waitUntilReady } from './registry.ts'
export { ActiveRun, experimentNamed, type MetricOptions, type RunEnd, type RunOptions } from './run.ts'
export { ActiveTrace, exportSpans, Span, type SpanEnd, type SpanOptions, startTrace, type TraceOptions, traced } from './traces.ts'
export type { Uploaded, UploadOptions } from './upload.ts'
