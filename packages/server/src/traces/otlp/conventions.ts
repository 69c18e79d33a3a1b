import type { Usage } from '../span.ts'
import type { Attributes } from './otlp-span.ts'

export const REQUEST_ID = 'mlflow.traceRequestId'
export const TYPE = 'mlflow.spanType'
export const INPUTS = 'mlflow.spanInputs'
export const OUTPUTS = 'mlflow.spanOutputs'
export const USAGE = 'mlflow.chat.tokenUsage'

/** How a library of instruments calls what MLflow has a name for. */
type Convention = {
  readonly kind: string
  readonly types: Readonly<Record<string, string>>
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly input_tokens: string
  readonly output_tokens: string
  readonly total_tokens?: string
}

const same = (...types: string[]): Record<string, string> => Object.fromEntries(types.map((type) => [type, type]))

const CONVENTIONS: readonly Convention[] = [
  // OpenTelemetry's own, for generative AI.
  {
    kind: 'gen_ai.operation.name',
    types: {
      chat: 'CHAT_MODEL',
      create_agent: 'AGENT',
      embeddings: 'EMBEDDING',
      execute_tool: 'TOOL',
      generate_content: 'LLM',
      invoke_agent: 'AGENT',
      text_completion: 'LLM',
      response: 'LLM',
    },
    inputs: ['gen_ai.input.messages', 'gen_ai.tool.call.arguments'],
    outputs: ['gen_ai.output.messages', 'gen_ai.tool.call.result'],
    input_tokens: 'gen_ai.usage.input_tokens',
    output_tokens: 'gen_ai.usage.output_tokens',
  },
  // OpenInference.
  {
    kind: 'openinference.span.kind',
    types: same('TOOL', 'CHAIN', 'LLM', 'RETRIEVER', 'EMBEDDING', 'AGENT', 'RERANKER', 'UNKNOWN', 'GUARDRAIL', 'EVALUATOR'),
    inputs: ['input.value'],
    outputs: ['output.value'],
    input_tokens: 'llm.token_count.prompt',
    output_tokens: 'llm.token_count.completion',
    total_tokens: 'llm.token_count.total',
  },
  // Traceloop's OpenLLMetry.
  {
    kind: 'traceloop.span.kind',
    types: { workflow: 'WORKFLOW', task: 'TASK', agent: 'AGENT', tool: 'TOOL', unknown: 'UNKNOWN' },
    inputs: ['traceloop.entity.input', 'gen_ai.prompt.0.content'],
    outputs: ['traceloop.entity.output', 'gen_ai.completion.0.content'],
    input_tokens: 'gen_ai.usage.prompt_tokens',
    output_tokens: 'gen_ai.usage.completion_tokens',
    total_tokens: 'llm.usage.total_tokens',
  },
]

/** Adds what MLflow's clients look for to attributes that say the same in another convention's words; gives the span's type and tokens. */
export function translate(attributes: Attributes): { type: string | null; usage: Usage | undefined } {
  const stated = plain(attributes.get(TYPE))
  const type = stated === undefined || stated === 'UNKNOWN' ? (typeOf(attributes) ?? stated) : stated
  if (type !== undefined) attributes.set(TYPE, JSON.stringify(type))
  for (const { inputs, outputs } of CONVENTIONS) {
    adopt(attributes, INPUTS, inputs)
    adopt(attributes, OUTPUTS, outputs)
  }
  const usage = attributes.has(USAGE) ? statedUsage(attributes.get(USAGE) as string) : usageOf(attributes)
  if (usage && !attributes.has(USAGE)) attributes.set(USAGE, JSON.stringify(usage))
  return { type: type ?? null, usage }
}

function plain(value: string | undefined): string | undefined {
  const parsed = value === undefined ? undefined : (JSON.parse(value) as unknown)
  return typeof parsed === 'string' ? parsed : undefined
}

function typeOf(attributes: Attributes): string | undefined {
  for (const { kind, types } of CONVENTIONS) {
    const said = plain(attributes.get(kind))
    if (said !== undefined && Object.hasOwn(types, said)) return types[said]
  }
  return undefined
}

function adopt(attributes: Attributes, name: string, keys: readonly string[]): void {
  if (attributes.has(name)) return
  const value = keys.map((key) => attributes.get(key)).find((one) => one !== undefined)
  if (value !== undefined) attributes.set(name, value)
}

function usageOf(attributes: Attributes): Usage | undefined {
  for (const convention of CONVENTIONS) {
    const input = count(attributes.get(convention.input_tokens))
    const output = count(attributes.get(convention.output_tokens))
    const total = convention.total_tokens ? count(attributes.get(convention.total_tokens)) : undefined
    if (input === undefined && output === undefined && total === undefined) continue
    return usageWith(input, output, total)
  }
  return undefined
}

const usageWith = (input = 0, output = 0, total = input + output): Usage => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: total,
})

function count(value: string | undefined): number | undefined {
  const number = value === undefined ? Number.NaN : Number(value.replace(/^"(\d+)"$/, '$1'))
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

function statedUsage(value: string): Usage | undefined {
  const parsed = JSON.parse(value) as Record<string, unknown> | null
  if (typeof parsed !== 'object' || parsed === null) return undefined
  const number = (name: string): number | undefined => count(parsed[name] === undefined ? undefined : String(parsed[name]))
  return usageWith(number('input_tokens'), number('output_tokens'), number('total_tokens'))
}
