import { write } from '../http/endpoint.ts'
import { array, object, string, withDefault } from '../http/schema.ts'
import { TraceId } from './trace.ts'
import { heldTrace, linkPrompts } from './trace-store.ts'

const PromptVersion = object({ name: string({ min: 1, max: 256 }), version: string({ min: 1, max: 64 }) })

export const linkPromptsToTrace = write({
  route: 'POST /api/2.0/mlflow/traces/link-prompts',
  also: ['POST /api/3.0/mlflow/traces/link-prompts'],
  summary: 'Say which versions of prompts a trace used',
  access: {
    permission: 'edit',
    on: ({ trace_id }) => ({ trace: trace_id }),
    reads: ({ prompt_versions }) => prompt_versions.map(({ name }) => ({ registered_model: name })),
  },
  input: object({ trace_id: TraceId, prompt_versions: withDefault(array(PromptVersion, { max: 1_000 }), []) }),
  output: object({}),
  async handler(tx, { trace_id, prompt_versions }) {
    const { id } = await heldTrace(tx, trace_id)
    await linkPrompts(tx, id, prompt_versions)
    return {}
  },
})
