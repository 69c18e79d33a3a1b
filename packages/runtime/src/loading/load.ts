import type { MillraceClient } from '@millrace/client'
import type { Bundle } from '@millrace/sign'
import { type Backend, InputProblem, isRemote, type Loader, type ModelFiles, type RemoteBackend } from '../backend.ts'
import { LOADERS } from '../backends/index.ts'
import type { SandboxRules } from '../backends/sandbox/bubblewrap.ts'
import { sandboxBackend } from '../backends/sandbox/sandbox.ts'
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
import { bundlesBeside, bundlesOf, checkApproval, checkFolderSignature, checkVersionSignature, type SignatureRules } from './signature.ts'
import { checkVerdict, scanHere, Unclean } from './verdict.ts'

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
  /** Where a model that is code may run, when it is signed and approved; nowhere unless said. */
  readonly sandbox?: SandboxRules | undefined
}

/**
 * Loads a model, and executes nothing of it: find, fetch, check digests and signature, scan, read MLmodel, read the model, try the logged
 * example.
 * @throws Refused at the first step that does not hold
 */
export async function loadModel(uri: string, options: LoadOptions): Promise<Served> {
  const address = readAddress(uri)
  const { trust, reads_pickles, sandbox } = options
  const rules: LoadRules = { trust, reads_pickles, sandbox }
  if (address.kind === 'folder' || address.kind === 's3') {
    const path = address.kind === 'folder' ? address.path : address.prefix || address.bucket
    const copied = address.kind === 'folder' ? copyFolder(path) : copyRecord(await s3Record(address))
    return withCopy(await copied, async (copy) => {
      await checkFolderSignature(copy, rules)
      const version = { name: options.name ?? nameOf(path), version: '1' }
      return readOrRun(uri, version, copy, rules, { scan: () => scanHere(copy.folder), bundles: async () => bundlesBeside(copy) })
    })
  }
  if (options.client === undefined) throw new Refused('find', 'Which server has it? Give its address: --tracking-uri http://127.0.0.1:5000')
  const alias = address.kind === 'alias' ? address.alias : undefined
  return loadVersion(uri, await resolveVersion(options.client, address), options.client, { ...rules, alias })
}

/** What is asked of a version that is loaded, and what is allowed. */
export type LoadRules = SignatureRules & Pick<LoadOptions, 'reads_pickles' | 'sandbox'>

/** Loads a version of a registry. @throws Refused */
export async function loadVersion(uri: string, version: Version, client: MillraceClient, rules: LoadRules = {}): Promise<Served> {
  const record = await recordOf(client, version)
  return withCopy(await copyRecord(record), async (copy) => {
    if (record.digests) checkDigests(copy.digests, record.digests)
    await checkVersionSignature(client, version, copy, rules)
    const { digests, scan: verdict } = record
    return readOrRun(uri, version, copy, rules, {
      scan: async () => (digests && verdict !== undefined ? checkVerdict(verdict) : scanHere(copy.folder)),
      bundles: () => bundlesOf(client, version, ['signature', 'approval']),
    })
  })
}

/** What is found out about a copy, when it is needed. */
type Findings = { scan(): Promise<void>; bundles(): Promise<readonly Bundle[]> }

/** Reads a model; one that can't be read without running it is run in a sandbox, where that is wanted and it is signed and approved. */
async function readOrRun(uri: string, version: Version, copy: Copy, rules: LoadRules, { scan, bundles }: Findings): Promise<Served> {
  const { trust, sandbox } = rules
  try {
    await scan()
    return await readModel(uri, version, copy, rules)
  } catch (error) {
    const is_code = error instanceof Unclean ? error.ending === 'suspicious' : error instanceof Refused && error.step === 'read'
    if (sandbox === undefined || !is_code) throw error
    await checkApproval(await bundles(), copy, trust)
    return readModel(uri, version, copy, rules, () => sandboxBackend(copy.folder, sandbox, copy.keep()))
  }
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

async function readModel(
  uri: string,
  { name, version }: Version,
  { files, digests }: Copy,
  { reads_pickles = false }: LoadRules,
  open: (files: ModelFiles) => Promise<Backend | RemoteBackend> = backendOf,
): Promise<Served> {
  const mlmodel = files.get('MLmodel')
  if (mlmodel === undefined) throw new Refused('describe', 'There is no file MLmodel: give the folder that MLflow logged.')
  const description = readMlmodel(mlmodel.read(0, Math.min(mlmodel.size, MLMODEL_MAX_BYTES)).toString('utf8'))
  const backend = await open({
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
    return await checked({ name, version, uri, backend, digests }, description, files)
  } catch (error) {
    if (isRemote(backend)) await backend.close()
    throw error
  }
}

type Read = Pick<Served, 'name' | 'version' | 'uri' | 'backend' | 'digests'>

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
