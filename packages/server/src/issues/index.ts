import type { Endpoint } from '../http/endpoint.ts'
import { createIssue } from './create.ts'
import { getIssue } from './get.ts'
import { searchIssues } from './search.ts'
import { updateIssue } from './update.ts'

/** Problems found in traces, by experiment. */
export const issueEndpoints: readonly Endpoint[] = [createIssue, updateIssue, getIssue, searchIssues]
