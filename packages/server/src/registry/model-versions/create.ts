import type { Writer } from '../../db/handles.ts'
import { type Resource, write } from '../../http/endpoint.ts'
import { object, optional, string, withDefault } from '../../http/schema.ts'
import { findModel, setModelTags } from '../../tracking/logged-models/index.ts'
import { freezeVersion } from '../manifests/index.ts'
import {
  DESCRIPTION_MAX,
  NewTags,
  RegisteredName,
  refuseOtherKind,
  refuseReserved,
  TAGS_BODY_MAX_BYTES,
  withoutReserved,
} from '../names.ts'
import { registeredByName, takeVersion } from '../registered.ts'
import { copyAttestations } from '../signatures/index.ts'
import { tellVersionMade } from '../tell.ts'
import { ModelVersion, PENDING, READY, STATUSES } from './model-version.ts'
import { onceRegistered } from './registration.ts'
import { badSource, parseSource } from './source.ts'
import { holdOwners, type KeptSource, keepSource, ownFiles } from './source-files.ts'
import { filesOf } from './source-owner.ts'
import { statusOf, versionToWire } from './version-reader.ts'
import { insertVersion, setReady, setVersionTags, versionByNumber, versionsOfLoggedModel } from './version-store.ts'

/** MLflow's clients send a source with a prompt too, which means nothing. */
const PROMPT_SOURCES = new Set(['dummy-source', 'prompt-template'])
/** How long the answer waits for the files to be hashed: large ones take longer, and then it says PENDING_REGISTRATION. */
const WAIT_MS = 1_000
const VERSIONS_TAG = 'mlflow.modelVersions'

/** Whose files the version is made of: they must be open to the caller (CVE-2026-69148). */
function sourcesOf({
  source,
  run_id,
  model_id,
}: {
  source: string
  run_id?: string | undefined
  model_id?: string | undefined
}): Resource[] {
  const on: Resource[] = [...(run_id ? [{ run: run_id }] : []), ...(model_id ? [{ logged_model: model_id }] : [])]
  if (PROMPT_SOURCES.has(source)) return on
  const parsed = parseSource(source)
  if (parsed.kind === 'run') on.push({ run: parsed.run_id })
  if (parsed.kind === 'logged_model') on.push({ logged_model: parsed.model_id })
  if (parsed.kind === 'registered') on.push({ registered_model: parsed.name }, filesOf(parsed))
  return on
}

/** Makes the next version of a model. Its number is one more than any that the model ever had. */
export const createModelVersion = write({
  route: 'POST /api/2.0/mlflow/model-versions/create',
  summary: 'Create a model version from the files of a run, of a logged model, of another version or of an external store',
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }), reads: sourcesOf },
  input: object({
    name: RegisteredName,
    source: string({ min: 1 }),
    run_id: optional(string({ max: 64 })),
    tags: withDefault(NewTags, []),
    run_link: optional(string({ max: 2048 })),
    description: withDefault(string({ max: DESCRIPTION_MAX }), ''),
    model_id: optional(string({ max: 100 })),
  }),
  output: object({ model_version: ModelVersion }),
  body_max_bytes: TAGS_BODY_MAX_BYTES,
  async handler(tx, { name, source, run_id, tags, run_link, description, model_id }, { now_ms, settings, user }) {
    const model = await registeredByName(tx, name)
    refuseOtherKind(model, tags)
    const kept = model.is_prompt === 1 ? promptSource(source) : await keepSource(tx, source, { run_id, model_id }, settings)
    await holdOwners(tx, kept)
    const version = await takeVersion(tx, model, now_ms)
    const said = { description, run_link: run_link || null, created_by: user || null }
    const { copy_of, ...named } = kept
    // MLflow's clients copy a version with its tags, among them those that only the server sets.
    if (copy_of === undefined) refuseReserved(tags)
    const files = await ownFiles(tx, kept, settings)
    const status = files ? PENDING : READY
    let row = await insertVersion(tx, { model: model.id, name, version, status, ...said, ...named }, now_ms)
    if (files && (await freezeVersion(tx, row.id, { ...files, copy_of }, settings, now_ms)).is_ready) row = await setReady(tx, row)
    await setVersionTags(tx, row.id, withoutReserved(tags))
    if (copy_of !== undefined) await copyAttestations(tx, row.id, copy_of)
    if (kept.model_id !== null) await tellLoggedModel(tx, kept.model_id)
    await tellVersionMade(tx, model, { version, source: row.source, run_id, description: said.description }, tags, now_ms)
    return { model_version: await versionToWire(tx, row) }
  },
  async afterwards(db, { model_version }) {
    if (model_version.status !== STATUSES[PENDING - 1]) return { model_version }
    // Small files are read within milliseconds, and clients that look at this answer alone expect READY, as MLflow says at once.
    const made = versionByNumber(db, model_version.name, model_version.version)
    const row = await made.then((one) => onceRegistered(db, one, WAIT_MS)).catch(() => undefined)
    // Whatever became of it, it was made.
    if (!row) return { model_version }
    return { model_version: { ...model_version, status: statusOf(row), status_message: row.status_message ?? undefined } }
  },
})

/** A prompt's text is in its tags: it has no files, and its versions have no root that anything could be read from. */
function promptSource(source: string): KeptSource {
  if (!PROMPT_SOURCES.has(source)) {
    throw badSource(source, `Prompt sources must be a placeholder: a prompt has no files. Send '${[...PROMPT_SOURCES][0]}'.`)
  }
  return { source, download_uri: source, kind: 'prompt', ref: null, path: '', run_id: null, model_id: null }
}

/** The logged model shows in which versions it is registered, in a tag of MLflow's form. */
async function tellLoggedModel(tx: Writer, model_id: string): Promise<void> {
  const versions = await versionsOfLoggedModel(tx, model_id)
  const list = versions.map(({ name, version }) => `{"name": ${JSON.stringify(name)}, "version": ${version}}`)
  await setModelTags(tx, await findModel(tx, model_id), [{ key: VERSIONS_TAG, value: `[${list.join(', ')}]` }])
}
