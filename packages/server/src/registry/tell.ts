import type { Writer } from '../db/handles.ts'
import { type Event, emit } from '../events/index.ts'
import { IS_PROMPT_TAG, type Tag } from './names.ts'
import { findRegistered, type RegisteredRow } from './registered.ts'

const PROMPT_TYPE_TAG = '_mlflow_prompt_type'
const PROMPT_TEXT_TAG = 'mlflow.prompt.text'

/** What MLflow's receivers are not shown among a prompt's tags: how it is stored. */
const INSIDE = new Set([IS_PROMPT_TAG, PROMPT_TYPE_TAG, PROMPT_TEXT_TAG])

type Named = Pick<RegisteredRow, 'name' | 'is_prompt'>
type MadeVersion = {
  readonly version: number
  readonly source: string
  readonly run_id: string | undefined
  readonly description: string | null
}

const asRecord = (tags: readonly Tag[]): Record<string, string> => Object.fromEntries(tags.map(({ key, value }) => [key, value]))
const shown = (tags: readonly Tag[]): Record<string, string> => asRecord(tags.filter(({ key }) => !INSIDE.has(key)))

/** Tells that a registered model or a prompt was made. */
export async function tellModelMade(
  tx: Writer,
  model: Named,
  tags: readonly Tag[],
  description: string | null,
  now_ms: number,
): Promise<void> {
  const { name } = model
  const event: Event =
    model.is_prompt === 1
      ? { event: 'prompt.created', data: { name, tags: shown(tags), description } }
      : { event: 'registered_model.created', data: { name, tags: asRecord(tags), description } }
  await emit(tx, event, now_ms)
}

/** Tells that a version was made. Of a prompt its text is told, which is all that it is. */
export async function tellVersionMade(tx: Writer, model: Named, made: MadeVersion, tags: readonly Tag[], now_ms: number): Promise<void> {
  const { source, run_id = null } = made
  const description = made.description || null
  const version = { name: model.name, version: String(made.version) }
  const event: Event =
    model.is_prompt === 1
      ? { event: 'prompt_version.created', data: { ...version, template: textOf(tags), tags: shown(tags), description } }
      : { event: 'model_version.created', data: { ...version, source, run_id: run_id || null, tags: asRecord(tags), description } }
  await emit(tx, event, now_ms)
}

const textOf = (tags: readonly Tag[]): string | null => tags.findLast(({ key }) => key === PROMPT_TEXT_TAG)?.value ?? null

/** Tells that a tag of a prompt was set, or deleted where there is no value. MLflow has no such event for models. */
export async function tellModelTag(
  tx: Writer,
  { name, is_prompt }: Named,
  key: string,
  value: string | undefined,
  now_ms: number,
): Promise<void> {
  if (is_prompt !== 1) return
  if (value === undefined) await emit(tx, { event: 'prompt_tag.deleted', data: { name, key } }, now_ms)
  else await emit(tx, { event: 'prompt_tag.set', data: { name, key, value } }, now_ms)
}

/** Tells that a version's tag was set, or deleted where there is no value. */
export async function tellVersionTag(
  tx: Writer,
  name: string,
  number: number,
  key: string,
  value: string | undefined,
  now_ms: number,
): Promise<void> {
  const of = (await isPrompt(tx, name)) ? 'prompt_version_tag' : 'model_version_tag'
  const version = String(number)
  if (value === undefined) await emit(tx, { event: `${of}.deleted`, data: { name, version, key } }, now_ms)
  else await emit(tx, { event: `${of}.set`, data: { name, version, key, value } }, now_ms)
}

/** Tells that an alias points to a version, or to none where there is no number. */
export async function tellAlias(tx: Writer, name: string, alias: string, number: number | undefined, now_ms: number): Promise<void> {
  const of = (await isPrompt(tx, name)) ? 'prompt_alias' : 'model_version_alias'
  if (number === undefined) await emit(tx, { event: `${of}.deleted`, data: { name, alias } }, now_ms)
  else await emit(tx, { event: `${of}.created`, data: { name, alias, version: String(number) } }, now_ms)
}

const isPrompt = async (tx: Writer, name: string): Promise<boolean> => (await findRegistered(tx, name))?.is_prompt === 1
