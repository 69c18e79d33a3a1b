import type { Endpoint } from '../http/endpoint.ts'
import { listTrash } from './list.ts'
import { measureTrashEndpoint } from './measure.ts'

/** What was deleted and can be restored, and what it would free. */
export const trashEndpoints: readonly Endpoint[] = [listTrash, measureTrashEndpoint]
