/** The client's front door. */
export { type ArtifactBody, type CallOptions, type ClientOptions, MillraceClient } from './client.ts'
export type { Endpoints, Input, Output, Route } from './endpoints.ts'
export { MillraceError } from './errors.ts'
