import { write } from '../http/endpoint.ts'
import { alias, object, withDefault } from '../http/schema.ts'
import { requireOwnTag } from './own-tags.ts'
import { Key, NAME_TAG, TagValue, TraceId } from './trace.ts'
import { heldTrace, putTags, setTraceName } from './trace-store.ts'

export const setTraceTag = write({
  route: 'PATCH /api/3.0/mlflow/traces/{trace_id}/tags',
  also: ['PATCH /api/2.0/mlflow/traces/{request_id}/tags'],
  summary: 'Set a tag of a trace',
  access: { permission: 'edit', on: ({ trace_id }) => ({ trace: trace_id }) },
  input: object({ trace_id: alias(TraceId, 'request_id'), key: Key, value: withDefault(TagValue, '') }),
  output: object({}),
  async handler(tx, { trace_id, key, value }) {
    requireOwnTag(key)
    const { id } = await heldTrace(tx, trace_id)
    if (key === NAME_TAG) await setTraceName(tx, id, value)
    else await putTags(tx, [[id, key, value]])
    return {}
  },
})
