import type { CallOptions, MillraceClient } from './client.ts'
import type { ModelVersion, RegisteredModel } from './endpoints.ts'
import { isCode } from './errors.ts'
import { ensureRegistered } from './registry.ts'

// The tags in which MLflow's clients keep prompts.
const IS_PROMPT = 'mlflow.prompt.is_prompt'
const TEXT = 'mlflow.prompt.text'
const TYPE = '_mlflow_prompt_type'
const RESPONSE_FORMAT = '_mlflow_prompt_response_format'
const MODEL_CONFIG = '_mlflow_prompt_model_config'
const OWN = new Set([IS_PROMPT, TEXT, TYPE, RESPONSE_FORMAT, MODEL_CONFIG])

const VARIABLE = /\{\{\s*([a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z_][a-zA-Z0-9_]*)*)\s*\}\}/g

/** A message of a chat, whose content may have `{{ variables }}`. */
export type ChatMessage = { readonly role: string; readonly content: string }

/** Text, or the messages of a chat, with `{{ variables }}`. */
export type Template = string | readonly ChatMessage[]

/** What is registered as a version of a prompt. */
export type NewPrompt<T extends Template = Template> = {
  readonly name: string
  readonly template: T
  readonly commit_message?: string | undefined
  readonly tags?: Readonly<Record<string, string>>
  /** A JSON schema of the answer that is expected. */
  readonly response_format?: Readonly<Record<string, unknown>>
  /** Model, temperature and the like. */
  readonly model_config?: Readonly<Record<string, unknown>>
}

/** A version of a prompt. */
export type Prompt = NewPrompt & {
  readonly version: string
  readonly aliases: readonly string[]
  readonly tags: Readonly<Record<string, string>>
}

/** Registers a version of a prompt, and the prompt if there is none. @throws MillraceError */
export async function registerPrompt(client: MillraceClient, prompt: NewPrompt, options?: CallOptions): Promise<Prompt> {
  const { name, template, commit_message, tags = {}, response_format, model_config } = prompt
  const text = typeof template === 'string' ? template : JSON.stringify(template)
  const all: Record<string, string> = { ...tags, [IS_PROMPT]: 'true', [TEXT]: text, [TYPE]: typeof template === 'string' ? 'text' : 'chat' }
  if (response_format) all[RESPONSE_FORMAT] = JSON.stringify(response_format)
  if (model_config) all[MODEL_CONFIG] = JSON.stringify(model_config)
  await ensureRegistered(client, name, [{ key: IS_PROMPT, value: 'true' }])
  const list = Object.entries(all).map(([key, value]) => ({ key, value }))
  const version = { name, source: 'prompt-template', description: commit_message, tags: list }
  return promptOf((await client.modelVersions.create(version, options)).model_version)
}

/**
 * Loads a prompt by `name` and version or alias, or by `prompts:/name/3`, `prompts:/name@production`; without either the latest version.
 * @throws MillraceError RESOURCE_DOES_NOT_EXIST; TypeError when it is a model and no prompt
 */
export async function loadPrompt(
  client: MillraceClient,
  name_or_uri: string,
  which: CallOptions & { readonly version?: string | number; readonly alias?: string } = {},
): Promise<Prompt> {
  const { version, alias, ...options } = which
  const [, uri_name, uri_version, uri_alias] = /^prompts:\/([^/@]+)(?:\/([^/@]+)|@(.+))?$/.exec(name_or_uri) ?? []
  const name = uri_name ?? name_or_uri
  const at = version ?? uri_version
  if (at !== undefined && at !== 'latest') {
    return promptOf((await client.modelVersions.get({ name, version: String(at) }, options)).model_version)
  }
  const called = alias ?? uri_alias
  if (called !== undefined && called !== 'latest') {
    return promptOf((await client.registeredModels.getByAlias({ name, alias: called }, options)).model_version)
  }
  return latest(client, name, options)
}

/** As {@link loadPrompt}, and undefined when there is no such prompt. @throws MillraceError */
export async function findPrompt(...args: Parameters<typeof loadPrompt>): Promise<Prompt | undefined> {
  try {
    return await loadPrompt(...args)
  } catch (error) {
    if (isCode(error, 'RESOURCE_DOES_NOT_EXIST')) return undefined
    throw error
  }
}

async function latest(client: MillraceClient, name: string, options: CallOptions): Promise<Prompt> {
  const { model_versions } = await client.registeredModels.getLatestVersions({ name, stages: [] }, options)
  const newest = (model_versions ?? []).toSorted((a, b) => Number(b.version) - Number(a.version))[0]
  if (!newest) throw new TypeError(`prompt ${name} has no version yet: register one`)
  return promptOf((await client.modelVersions.get({ name, version: newest.version }, options)).model_version)
}

/** The prompts, by a filter of MLflow's (`name like 'greet%'`), page by page. @throws MillraceError */
export async function* searchPrompts(
  client: MillraceClient,
  { filter, max_results, ...options }: CallOptions & { readonly filter?: string; readonly max_results?: number } = {},
): AsyncGenerator<RegisteredModel, void, void> {
  const is_prompt = `tags.\`${IS_PROMPT}\` = 'true'`
  yield* client.registeredModels.search({ filter: filter ? `${is_prompt} AND ${filter}` : is_prompt, max_results }, options)
}

function promptOf({ name, version, description, tags = [], aliases = [] }: ModelVersion): Prompt {
  const all = new Map(tags.map(({ key, value }) => [key, value]))
  const text = all.get(TEXT)
  if (text === undefined) throw new TypeError(`version ${version} of ${name} is a model's and no prompt: load it from the registry`)
  const [format, config] = [all.get(RESPONSE_FORMAT), all.get(MODEL_CONFIG)]
  return {
    name,
    version,
    template: all.get(TYPE) === 'chat' ? JSON.parse(text) : text,
    commit_message: description,
    aliases,
    tags: Object.fromEntries(tags.filter(({ key }) => !OWN.has(key)).map(({ key, value }) => [key, value])),
    ...(format !== undefined && { response_format: JSON.parse(format) }),
    ...(config !== undefined && { model_config: JSON.parse(config) }),
  }
}

/** The variables that a template names, each once, in their order. */
export function variablesOf(template: Template): string[] {
  const texts = typeof template === 'string' ? [template] : template.map(({ content }) => content)
  return [...new Set(texts.flatMap((text) => [...text.matchAll(VARIABLE)].map((match) => match[1] as string)))]
}

/**
 * Puts values for a template's variables. Values are put as they are and not read again: a value with `{{ }}` in it stays so.
 * @throws TypeError when a variable has no value, unless `partial` lets it stand
 */
export function formatPrompt<T extends Template>(
  template: T,
  values: Readonly<Record<string, unknown>>,
  { partial = false }: { readonly partial?: boolean } = {},
): T extends string ? string : ChatMessage[] {
  const missing = variablesOf(template).filter((name) => !Object.hasOwn(values, name))
  if (missing.length > 0 && !partial) throw new TypeError(`the prompt needs a value for ${missing.join(', ')}: give it, or allow 'partial'`)
  const fill = (text: string): string =>
    text.replace(VARIABLE, (whole, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : whole))
  const filled = typeof template === 'string' ? fill(template) : template.map((message) => ({ ...message, content: fill(message.content) }))
  return filled as T extends string ? string : ChatMessage[]
}
