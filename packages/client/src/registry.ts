import type { CallOptions, MillraceClient } from './client.ts'
import type { ModelVersion } from './endpoints.ts'
import { isCode } from './errors.ts'
import { sleep } from './retry.ts'

const WAIT_MAX_MS = 300_000
const ASK_EVERY_MS = 250

/** What `waitUntilReady` waits for, and how long. */
export type ReadyOptions = CallOptions & {
  /** Milliseconds: five minutes unless said. */
  readonly wait_max_ms?: number
}

/**
 * Waits until a model version may be used. @throws Error when it failed, with the server's reason, or is not ready in time;
 * MillraceError
 */
export async function waitUntilReady(
  client: MillraceClient,
  name: string,
  version: string,
  { wait_max_ms = WAIT_MAX_MS, signal }: ReadyOptions = {},
): Promise<ModelVersion> {
  for (const deadline = Date.now() + wait_max_ms; ; ) {
    const { model_version } = await client.modelVersions.get({ name, version }, { signal })
    if (model_version.status === 'READY') return model_version
    const what = `version ${version} of ${name}`
    if (model_version.status === 'FAILED_REGISTRATION') {
      throw new Error(`${what} could not be registered: ${model_version.status_message || 'the server does not say why'}`)
    }
    if (Date.now() > deadline) throw new Error(`${what} is still ${model_version.status} after ${wait_max_ms} ms: wait longer, or see why`)
    await sleep(ASK_EVERY_MS, signal)
  }
}

/** What becomes a version of a registered model. */
export type NewVersion = {
  readonly name: string
  /** `models:/m-...`, a run's artifact (`runs:/<run_id>/model`), or any other URI, which is recorded and never opened. */
  readonly source: string
  readonly run_id?: string | undefined
  readonly description?: string | undefined
  readonly tags?: Readonly<Record<string, string>>
}

/** Makes a version, and the registered model if there is none, and waits until it may be used. @throws as {@link waitUntilReady} */
export async function registerModel(
  client: MillraceClient,
  { tags = {}, ...version }: NewVersion,
  options?: ReadyOptions,
): Promise<ModelVersion> {
  await ensureRegistered(client, version.name)
  const list = Object.entries(tags).map(([key, value]) => ({ key, value }))
  const { model_version } = await client.modelVersions.create({ ...version, tags: list }, { signal: options?.signal })
  return waitUntilReady(client, version.name, model_version.version, options)
}

/** Makes a version of another registered model from a version, or from the one under an alias. @throws MillraceError */
export async function copyModelVersion(
  client: MillraceClient,
  from: { readonly name: string; readonly version: string } | { readonly name: string; readonly alias: string },
  to_name: string,
  options?: ReadyOptions,
): Promise<ModelVersion> {
  const { model_version } =
    'alias' in from
      ? await client.registeredModels.getByAlias(from, { signal: options?.signal })
      : await client.modelVersions.get(from, { signal: options?.signal })
  const { name, version, run_id, description } = model_version
  const tags = Object.fromEntries((model_version.tags ?? []).map(({ key, value }) => [key, value]))
  return registerModel(
    client,
    { name: to_name, source: `models:/${name}/${version}`, run_id: run_id || undefined, description, tags },
    options,
  )
}

/** Makes a registered model unless there is one of this name. @throws MillraceError */
export async function ensureRegistered(
  client: MillraceClient,
  name: string,
  tags: readonly { key: string; value: string }[] = [],
): Promise<void> {
  try {
    await client.registeredModels.create({ name, tags: [...tags] })
  } catch (error) {
    if (!isCode(error, 'RESOURCE_ALREADY_EXISTS')) throw error
  }
}
