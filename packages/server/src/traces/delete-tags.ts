import { write } from '../http/endpoint.ts'
import { missing } from '../http/errors.ts'
import { alias, object } from '../http/schema.ts'
import { findKey } from '../tracking/entity-keys.ts'
import { requireOwnTag } from './own-tags.ts'
import { Key, NAME_TAG, TraceId } from './trace.ts'
import { dropTag, heldTrace, setTraceName } from './trace-store.ts'

export const deleteTraceTag = write({
  route: 'DELETE /api/3.0/mlflow/traces/{trace_id}/tags',
  also: ['DELETE /api/2.0/mlflow/traces/{request_id}/tags'],
  summary: 'Delete a tag of a trace',
  access: { permission: 'edit', on: ({ trace_id }) => ({ trace: trace_id }) },
  input: object({ trace_id: alias(TraceId, 'request_id'), key: Key }),
  output: object({}),
  async handler(tx, { trace_id, key }) {
    requireOwnTag(key)
    const { id, name } = await heldTrace(tx, trace_id)
    if (key === NAME_TAG && name !== null) {
      await setTraceName(tx, id, null)
      return {}
    }
    const inner = await findKey(tx, key)
    if (inner === undefined || !(await dropTag(tx, id, inner))) {
      throw missing(`No trace tag with key '${key}' on trace '${trace_id}': traces/${trace_id} lists its tags.`)
    }
    return {}
  },
})
