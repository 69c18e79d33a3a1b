import { type MillraceClient, MillraceError } from '@millrace/client'
import { Refused, type Step } from '../refused.ts'
import type { Address } from './address.ts'

/** A version in a registry. */
export type Version = { readonly name: string; readonly version: string }

/** What a registry knows of a version's files; `digests` is undefined where it keeps none, as MLflow's doesn't. */
export type Record = {
  readonly paths: readonly string[]
  readonly digests: ReadonlyMap<string, string> | undefined
  /** How the registry's own scan of these files ended; undefined where nobody has looked. */
  readonly scan: string | undefined
  open(path: string): Promise<ReadableStream<Uint8Array>>
}

/** The version that an address names now. @throws Refused('find') */
export async function resolveVersion(client: MillraceClient, address: Exclude<Address, { kind: 'folder' | 's3' }>): Promise<Version> {
  const { name } = address
  if (address.kind === 'alias') {
    const { alias } = address
    const { model_version } = await asking('find', () => client.registeredModels.getByAlias({ name, alias }))
    return { name, version: model_version.version }
  }
  const { model_version } = await asking('find', () => client.modelVersions.get({ name, version: address.version }))
  if (model_version.status !== undefined && model_version.status !== 'READY') {
    const why = model_version.status_message ? `: ${model_version.status_message}` : ''
    throw new Refused(
      'find',
      `Version ${model_version.version} of ${name} is ${model_version.status}${why}. Only READY versions are served.`,
    )
  }
  return { name, version: model_version.version }
}

/** What the registry has on record of a version. @throws Refused('fetch') */
export async function recordOf(client: MillraceClient, version: Version): Promise<Record> {
  const manifest = await ifMillrace(() => client.millrace.modelVersionsManifest(version))
  if (manifest === undefined) return plainRecord(client, version)
  return {
    paths: manifest.files.map(({ path }) => path),
    digests: new Map(manifest.files.map(({ path, sha256 }) => [path, sha256])),
    scan: await endingOf(client, version),
    open: (path) => asking('fetch', () => client.downloadArtifact(version, path)),
  }
}

/** Millrace answers for every version, if only that it has no manifest, which is a refusal; MLflow does not know the route. */
async function ifMillrace<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof MillraceError && error.status === 404 && error.code !== 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw refusal('digests', error)
  }
}

/** How the registry's scan of a version's files ended; undefined where nobody has looked, as at MLflow. @throws Refused('scan') */
export async function endingOf(client: MillraceClient, { name, version }: Version): Promise<string | undefined> {
  try {
    return (await client.millrace.modelVersionsScan({ name, version })).scan.ending
  } catch (error) {
    if (error instanceof MillraceError && error.status === 404) return undefined
    throw refusal('scan', error)
  }
}

const FILES_MAX = 10_000
const PROXIED = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.+)$/

/** A version of MLflow's own server, which hands artifacts through: its files are listed folder by folder. */
async function plainRecord(client: MillraceClient, version: Version): Promise<Record> {
  const { artifact_uri } = await asking('fetch', () => client.modelVersions.getDownloadUri(version))
  const root = await rootOf(client, artifact_uri ?? '')
  const paths: string[] = []
  const open = ['']
  for (let folder = open.shift(); folder !== undefined; folder = open.shift()) {
    const query = new URLSearchParams({ path: folder === '' ? root : `${root}/${folder}` })
    const answer = await asking('fetch', () => client.request(`/api/2.0/mlflow-artifacts/artifacts?${query}`, {}, { repeatable: true }))
    const { files = [] } = (await answer.json()) as { files?: { path: string; is_dir?: boolean }[] }
    for (const { path, is_dir } of files) (is_dir ? open : paths).push(folder === '' ? path : `${folder}/${path}`)
    if (paths.length + open.length > FILES_MAX) throw new Refused('fetch', `The model has more than ${FILES_MAX} files.`)
  }
  const at = (path: string): string =>
    `/api/2.0/mlflow-artifacts/artifacts/${[...root.split('/'), ...path.split('/')].map(encodeURIComponent).join('/')}`
  return {
    paths,
    digests: undefined,
    scan: undefined,
    open: async (path) => (await asking('fetch', () => client.request(at(path), {}, { repeatable: true }))).body ?? new Blob([]).stream(),
  }
}

/** Where the server keeps the files of a source, below the artifacts that it hands through. */
async function rootOf(client: MillraceClient, source: string): Promise<string> {
  const logged = /^models:\/(m-[0-9a-f]{32})$/.exec(source)?.[1]
  const uri = logged ? (await asking('fetch', () => client.loggedModels.get({ model_id: logged }))).model.info.artifact_uri : source
  const root = PROXIED.exec(uri ?? '')?.[1]
  if (root !== undefined) return root
  const scheme = (uri ?? '').split(':')[0]
  throw new Refused(
    'fetch',
    `The server keeps the files at a ${scheme}: address, and does not hand them through: ` +
      'fetch them with mlflow artifacts download and serve that folder, or serve the s3:// address itself.',
  )
}

async function asking<T>(step: Step, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw refusal(step, error)
  }
}

function refusal(step: Step, error: unknown): Refused {
  if (error instanceof Refused) return error
  if (error instanceof MillraceError) return new Refused(step, `The server says: ${error.message}`, { cause: error })
  const cause = (error as Error).cause as Error | undefined
  return new Refused(step, `The server can't be reached: ${cause?.message || (error as Error).message}.`, { cause: error })
}
