import type { MillraceClient } from '@millrace/client'
import { type Backend, InputProblem, isRemote, type Loader, type ModelFiles, type RemoteBackend } from '../backend.ts'
import { LOADERS } from '../backends/index.ts'
import { tableIn } from '../protocols/invocations.ts'
import { parseBody } from '../protocols/json.ts'
import { RequestProblem } from '../protocols/request-problem.ts'
import { Refused } from '../refused.ts'
import { predict, type Served, serve } from '../serving/served.ts'
import { type ColumnProfile, readProfile } from '../watching/profile.ts'
import { readAddress } from './address.ts'
import { type Copy, copyFolder, copyRecord } from './copy.ts'
import { checkDigests } from './digests.ts'
import { type Description, readMlmodel } from './mlmodel.ts'
import { recordOf, resolveVersion, type Version } from './registry.ts'
import { s3Record } from './s3.ts'
import { checkFolderSignature, checkVersionSignature, type SignatureRules } from './signature.ts'
import { checkVerdict, scanHere } from './verdict.ts'

/** What is needed to load a model. */
export type LoadOptions = {
  /** The server of `models:/` addresses. */
  readonly client: MillraceClient | undefined
  /** By which name a folder's model is served. */
  readonly name?: string | undefined
  /** Whose signature a model must have; nobody's, unless said. */
  readonly trust?: SignatureRules['trust']
  /** Whether data in pickles is read, without running any of it. */
  readonly reads_pickles?: boolean | undefined
}

/**
 * Loads a model, and executes nothing of it: find, fetch, check digests and signature, scan, read MLmodel, read the model, try the logged
 * example.
 * @throws Refused at the first step that does not hold
 */
export async function loadModel(uri: string, options: LoadOptions): Promise<Served> {
  const address = readAddress(uri)
  const { trust } = options
  if (address.kind === 'folder' || address.kind === 's3') {
    const path = address.kind === 'folder' ? address.path : address.prefix || address.bucket
    const copied = address.kind === 'folder' ? copyFolder(path) : copyRecord(await s3Record(address))
    return withCopy(await copied, async (copy) => {
      await checkFolderSignature(copy, { trust })
      await scanHere(copy.folder)
      return readModel(uri, { name: options.name ?? nameOf(path), version: '1' }, copy, options.reads_pickles)
    })
  }
  if (options.client === undefined) throw new Refused('find', 'Which server has it? Give its address: --tracking-uri http://127.0.0.1:5000')
  const alias = address.kind === 'alias' ? address.alias : undefined
  return loadVersion(uri, await resolveVersion(options.client, address), options.client, {
    trust,
    alias,
    reads_pickles: options.reads_pickles,
  })
}

/** What is asked of a version that is loaded, and what is allowed. */
export type LoadRules = SignatureRules & { readonly reads_pickles?: boolean | undefined }

/** Loads a version of a registry. @throws Refused */
export async function loadVersion(uri: string, version: Version, client: MillraceClient, rules: LoadRules = {}): Promise<Served> {
  const record = await recordOf(client, version)
  return withCopy(await copyRecord(record), async (copy) => {
    if (record.digests) checkDigests(copy.digests, record.digests)
    await checkVersionSignature(client, version, copy, rules)
    if (record.digests && record.scan !== undefined) checkVerdict(record.scan)
    else await scanHere(copy.folder)
    return readModel(uri, version, copy, rules.reads_pickles)
  })
}

/** What is read lies in memory afterwards: the copy goes, whatever happens. */
async function withCopy<T>(copy: Copy, work: (copy: Copy) => Promise<T>): Promise<T> {
  try {
    return await work(copy)
  } finally {
    copy.done()
  }
}

const nameOf = (path: string): string => path.replace(/\/+$/, '').split('/').at(-1) || 'model'

/** The training data's profile, beside MLmodel. */
const PROFILE = 'millrace-profile.json'
const PROFILE_MAX_BYTES = 64 * 1024 * 1024
const MLMODEL_MAX_BYTES = 4 * 1024 * 1024
const EXAMPLE_MAX_BYTES = 64 * 1024 * 1024

async function readModel(uri: string, { name, version }: Version, { files, digests }: Copy, reads_pickles = false): Promise<Served> {
  const mlmodel = files.get('MLmodel')
  if (mlmodel === undefined) throw new Refused('describe', 'There is no file MLmodel: give the folder that MLflow logged.')
  const description = readMlmodel(mlmodel.read(0, Math.min(mlmodel.size, MLMODEL_MAX_BYTES)).toString('utf8'))
  const backend = await backendOf({
    paths: [...files.keys()],
    reads_pickles,
    flavors: description.flavors,
    open(path) {
      const file = files.get(path)
      if (file) return file
      throw new Refused('read', `MLmodel names the file ${path}, which is not there: log the model again.`)
    },
  })
  try {
    return await checked({ name, version, uri, backend, digests, reads_pickles }, description, files)
  } catch (error) {
    if (isRemote(backend)) await backend.close()
    throw error
  }
}

type Read = Pick<Served, 'name' | 'version' | 'uri' | 'backend' | 'digests' | 'reads_pickles'>

/** A model that was read, once it does what MLmodel says of it. */
async function checked(read: Read, { signature, method, example: path }: Description, files: Copy['files']): Promise<Served> {
  const { backend } = read
  backend.checkInputs?.(signature.inputs)
  if (method === 'predict_proba' && !backend.predictProba) {
    throw new Refused('read', `The model was logged to answer by predict_proba, which ${backend.kind} does not have here.`)
  }
  const model = serve({ ...read, signature, method, profile: profileIn(files) })
  const example = path === undefined ? undefined : files.get(path)
  if (example && example.size <= EXAMPLE_MAX_BYTES) await tryExample(model, example.read(0, example.size))
  return model
}

/** What the training data looked like, where it was logged with the model. */
function profileIn(files: Copy['files']): readonly ColumnProfile[] | undefined {
  const file = files.get(PROFILE)
  if (file === undefined) return undefined
  try {
    return readProfile(file.read(0, Math.min(file.size, PROFILE_MAX_BYTES)).toString('utf8'), PROFILE)
  } catch (cause) {
    throw new Refused('describe', (cause as Error).message, { cause })
  }
}

async function backendOf(files: ModelFiles, loaders: readonly Loader[] = LOADERS): Promise<Backend | RemoteBackend> {
  for (const load of loaders) {
    const backend = await load(files)
    if (backend) return backend
  }
  const flavors = [...files.flavors.keys()].filter((name) => name !== 'python_function').join(', ') || 'python_function'
  throw new Refused(
    'read',
    `A model of the flavor ${flavors} in this form is not served: only models that are data are, such as .skops, .ubj and .lgb.`,
  )
}

/** A model that can't predict for the example that it was logged with would fail for its callers. */
async function tryExample(model: Served, bytes: Buffer): Promise<void> {
  try {
    const table = tableIn(parseBody(bytes))
    const { values, columns } = await predict(model, table)
    if (table.rows > 0 && values.length !== table.rows * columns) {
      throw new InputProblem(`${values.length} values came out for ${table.rows} rows`)
    }
  } catch (error) {
    if (!(error instanceof InputProblem || error instanceof RequestProblem)) throw error
    throw new Refused('example', `The model does not predict for the example that it was logged with: ${error.message}`, { cause: error })
  }
}
