import { invalid } from '../http/errors.ts'
import { ARCHIVE_TAG, LOCATION_TAG, SPANS_TAG } from './trace.ts'

/** Where a trace's parts are says the server: a client that could set it would lead others to files of its choice. */
const OF_THE_SERVER = new Set([LOCATION_TAG, SPANS_TAG, ARCHIVE_TAG])

/** @throws ApiError INVALID_PARAMETER_VALUE for tags by which the server says where a trace's parts are */
export function requireOwnTag(key: string): void {
  if (OF_THE_SERVER.has(key)) throw invalid(`Tag '${key}' is immutable: it says where the server keeps parts of the trace.`)
}
