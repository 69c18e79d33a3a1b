import { artifactStores, type Place } from '../../artifacts/index.ts'
import type { Settings } from '../../config.ts'
import type { Reader, Writer } from '../../db/handles.ts'
import type { Context } from '../../http/context.ts'
import { ApiError, missing } from '../../http/errors.ts'
import { runArtifactUri } from '../../tracking/artifacts/index.ts'
import { findModel, heldModel, loggedModelLocation } from '../../tracking/logged-models/index.ts'
import { heldRun } from '../../tracking/runs/index.ts'
import { registeredByName } from '../registered.ts'
import { badSource, notOurs, parseSource } from './source.ts'
import { SOURCE_KIND, type SourceKind, type VersionRow, versionByAlias, versionByNumber } from './version-store.ts'

/** What is kept of a source: which files it names, and what the client is told of it. */
export type KeptSource = {
  readonly source: string
  /** From where clients download. */
  readonly download_uri: string
  readonly kind: SourceKind
  readonly ref: string | null
  readonly path: string
  readonly run_id: string | null
  readonly model_id: string | null
  /** The version, by its number inside, of which this one is a copy. */
  readonly copy_of?: number
}

export type OwnFiles = { readonly location: string; readonly path: string }

/** The run and the logged model that a request names beside the source; undefined where it is silent. */
export type Owners = { readonly run_id?: string | undefined; readonly model_id?: string | undefined }

/**
 * Finds out what a source names. Nothing is opened, and the answer for a folder is the same whether or not it is there.
 * @throws ApiError INVALID_PARAMETER_VALUE, and RESOURCE_DOES_NOT_EXIST for a version or a logged model that is not there
 */
export async function keepSource(db: Reader, text: string, owners: Owners, settings: Settings): Promise<KeptSource> {
  const { run_id, model_id } = owners
  const { model_source_pattern } = settings
  if (model_source_pattern !== undefined && !new RegExp(model_source_pattern, 'u').test(text)) {
    throw badSource(text, 'The operator of this server allows only sources that match --model-source-pattern.')
  }
  const source = parseSource(text)
  const from = { source: text, download_uri: text, run_id: run_id || null, model_id: model_id || null }
  switch (source.kind) {
    case 'run':
      return withRun(db, { ...from, kind: 'run', ref: source.run_id, path: source.path })
    case 'logged_model': {
      if (model_id && model_id !== source.model_id) throw badSource(text, 'The model_id request parameter names another logged model.')
      const download_uri = await loggedModelLocation(db, source.model_id)
      return withRun(db, { ...from, download_uri, model_id: source.model_id, kind: 'logged_model', ref: source.model_id, path: '' })
    }
    case 'registered':
      return copied(text, await originOf(db, text, source), owners)
    case 'place': {
      const found = await within(db, source.uri, owners, settings)
      if (found) return withRun(db, { ...from, ...found })
      if (source.otherwise === 'external') return withRun(db, { ...from, kind: 'external', ref: null, path: '' })
      if (source.otherwise === 'local') throw notOurs(text)
      throw badSource(text, 'The server opens no web addresses, and keeps none as a source. Give runs:/RUN_ID/path instead.')
    }
  }
}

/** A version that names its logged model only is of the run that logged this model. */
async function withRun(db: Reader, kept: KeptSource): Promise<KeptSource> {
  if (kept.model_id === null) return kept
  const model = await findModel(db, kept.model_id)
  return { ...kept, run_id: kept.run_id ?? model.source_run_id }
}

async function originOf(
  db: Reader,
  text: string,
  source: { readonly name: string; readonly version?: number; readonly alias?: string },
): Promise<VersionRow> {
  const model = await registeredByName(db, source.name)
  if (model.is_prompt === 1) throw badSource(text, 'Prompt versions cannot be used as model version sources.')
  if (source.version !== undefined) return versionByNumber(db, source.name, source.version)
  const row = await versionByAlias(db, source.name, source.alias as string)
  if (!row) throw missing(`Registered model alias ${source.alias} not found.`)
  return row
}

/** A copy is of the files that the version was made of, as they were recognized then: nothing is read out of a text again. */
function copied(text: string, origin: VersionRow, { run_id, model_id }: Owners): KeptSource {
  const differs = (given: string | undefined, own: string | null): boolean => given !== undefined && given !== (own ?? '')
  if (differs(run_id, origin.run_id) || differs(model_id, origin.model_id)) {
    throw badSource(text, 'The run_id and model_id request parameters must be those of the version that is copied, or be left out.')
  }
  const kind = kindOf(origin)
  const { download_uri, source_ref: ref, source_path: path } = origin
  return {
    source: `models:/${origin.name}/${origin.version}`,
    download_uri,
    kind,
    ref,
    path,
    run_id: origin.run_id,
    model_id: origin.model_id,
    copy_of: origin.id,
  }
}

const kindOf = (row: VersionRow): SourceKind =>
  (Object.keys(SOURCE_KIND) as SourceKind[]).find((kind) => SOURCE_KIND[kind] === row.source_kind) as SourceKind

/** The files of the named run or logged model that a place is, if it lies among them. */
async function within(
  db: Reader,
  uri: string,
  { run_id, model_id }: Owners,
  settings: Settings,
): Promise<Pick<KeptSource, 'kind' | 'ref' | 'path'> | undefined> {
  if (model_id) {
    const path = pathBelow(uri, (await ifThere(loggedModelLocation(db, model_id))) ?? '', settings)
    if (path !== undefined) return { kind: 'logged_model', ref: model_id, path }
  }
  if (run_id && !model_id) {
    const path = pathBelow(uri, (await ifThere(runArtifactUri(db, run_id))) ?? '', settings)
    if (path !== undefined) return { kind: 'run', ref: run_id, path }
  }
  return undefined
}

async function ifThere(location: Promise<string>): Promise<string | undefined> {
  try {
    return await location
  } catch (error) {
    if (error instanceof ApiError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}

/** The path of one location below another, compared name by name; undefined where it is not below, or not this server's. */
function pathBelow(uri: string, root: string, settings: Settings): string | undefined {
  if (root === '') return undefined
  try {
    const stores = artifactStores(settings)
    const [inner, outer] = [stores.check(uri.replace(/\/+$/, '')).location, stores.check(root).location]
    if (inner.kind !== outer.kind || (inner.kind === 's3' && outer.kind === 's3' && inner.bucket !== outer.bucket)) return undefined
    if (!outer.segments.every((name, at) => inner.segments[at] === name)) return undefined
    return inner.segments.slice(outer.segments.length).join('/')
  } catch (error) {
    if (error instanceof ApiError && error.code === 'INVALID_PARAMETER_VALUE') return undefined
    throw error
  }
}

/**
 * Keeps the run and the logged model that a version is made of until the commit: `gc`, which may be about to remove them for good, waits
 * and sees the version, or was first, and then they are not there.
 */
export async function holdOwners(tx: Writer, { kind, ref, run_id, model_id }: KeptSource): Promise<void> {
  // One writer at a time needs no lock.
  if (tx.dialect.lockRow === '') return
  for (const run of new Set([run_id, kind === 'run' ? ref : null])) if (run) await heldRun(tx, run)
  for (const model of new Set([model_id, kind === 'logged_model' ? ref : null])) if (model) await heldModel(tx, model)
}

/** Where the files are, when they are this server's to open: below the location, by the path. */
export async function ownFiles(db: Reader, { kind, ref, path }: KeptSource, settings: Settings): Promise<OwnFiles | undefined> {
  if (ref === null || (kind !== 'run' && kind !== 'logged_model')) return undefined
  const location = await ifThere(kind === 'run' ? runArtifactUri(db, ref) : loggedModelLocation(db, ref))
  if (location === undefined || pathBelow(location, location, settings) === undefined) return undefined
  return { location, path }
}

/**
 * Where the files of a version are, to be opened.
 * @throws ApiError RESOURCE_DOES_NOT_EXIST when they are not this server's to open: of prompts there are none, and of other stores clients
 * ask the store
 */
export async function versionPlace(db: Reader, row: VersionRow, { settings }: Context): Promise<Place> {
  const uri = await uriOfFiles(db, row)
  const { store, folder } = artifactStores(settings).at(uri)
  return { store, folder: [...folder, ...row.source_path.split('/').filter(Boolean)] }
}

function uriOfFiles(db: Reader, row: VersionRow): Promise<string> {
  const ref = row.source_ref ?? ''
  if (row.source_kind === SOURCE_KIND.run) return runArtifactUri(db, ref)
  if (row.source_kind === SOURCE_KIND.logged_model) return loggedModelLocation(db, ref)
  throw missing(
    `Model Version (name=${row.name}, version=${row.version}) has no artifacts that this server keeps: ` +
      'download them from where its download URI says.',
  )
}
