import { existsSync } from 'node:fs'
import type { MillraceClient } from '@millrace/client'
import { ConfigProblem, type Environment, type Given, textOfFile } from '@millrace/server/config'
import {
  attestedDigests,
  type Bundle,
  type chainOf,
  differenceFrom,
  differenceOf,
  filesOf,
  hashModel,
  hashResources,
  IGNORED_OF_GIT,
  isModelSignature,
  isUnder,
  type ModelFile,
  mayBeLeftOut,
  modelFiles,
  readBundle,
  readBundles,
  readSignedModel,
  readStatement,
  type SignedModel,
} from '@millrace/sign'
import { listOf, textOf } from './key-options.ts'
import { manifestOf, type OnRecord, onRecord } from './on-record.ts'
import { hashProgress, placesOf } from './places.ts'
import { addressOf, asking, type NamedVersion, requiredVersion, trackingClient } from './tracking.ts'

/** A model at hand: what the chain is held against, and what is told of it. */
export type Evidence = {
  readonly bundles: readonly Bundle[]
  readonly model: Parameters<typeof chainOf>[1] & { readonly files: number; readonly bytes: number; readonly left_out: readonly string[] }
}

/** The files of this machine, and what is signed of them: in files beside them, or on a server. @throws ConfigProblem, SignatureProblem */
export async function localModel(given: Given, env: Environment, path: string | undefined): Promise<Evidence> {
  const places = placesOf(given, path, 'verify')
  const from = textOf(given, 'from')
  const version = from === undefined ? undefined : requiredVersion(from, '--from')
  const client = version && trackingClient(given, env)
  const bundles = client
    ? await bundlesFrom(client, version)
    : [...bundlesIn(given, 'signature', places.signature), ...bundlesIn(given, 'attestations', places.attestations)]
  const ignored = listOf(given, 'ignore-paths')
  const signatures = bundles.flatMap(signedModelIn)
  const leaveOut = (inside: string): boolean =>
    isUnder(inside, ignored) || places.beside.includes(inside) || leftOutByAll(signatures, inside)
  const { files, ignored: left_out } = modelFiles(places.path, { leaveOut, allow_symlinks: given['allow-symlinks'] === true })
  const hashed = await hashModel(files, hashProgress())
  const digests = attestedDigests(hashed)
  const model = {
    digests,
    ...(client && { on_record: await onRecordOf(digests.sha256, client, version) }),
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    left_out,
    differenceFrom: (signed: SignedModel) => (filesOf(signed) ? differenceFrom(signed, hashed) : differenceByPieces(signed, files)),
  }
  return { bundles, model }
}

/** What a server has on record of a version: the digests of its files, and what is signed of them. */
export async function recordedModel(given: Given, env: Environment, version: NamedVersion): Promise<Evidence> {
  const client = trackingClient(given, env)
  const { files, digests, bytes, root_sha256 } = await manifestOf(client, version)
  const model = {
    digests,
    on_record: await onRecord(client, version, root_sha256),
    files: files.length,
    bytes,
    left_out: [],
    differenceFrom: (signed: SignedModel) => differenceFrom(signed, files),
  }
  return { bundles: await bundlesFrom(client, version), model }
}

/** What a server has on record of a version, for the files at hand: nothing where its files are others. */
async function onRecordOf(sha256: string, client: MillraceClient, version: NamedVersion): Promise<OnRecord> {
  const { digests, root_sha256 } = await manifestOf(client, version)
  return digests.sha256 === sha256 ? onRecord(client, version, root_sha256) : { scan: [], approval: [] }
}

const leftOutByAll = (signatures: readonly SignedModel[], path: string): boolean =>
  signatures.length === 0
    ? isUnder(path, IGNORED_OF_GIT)
    : signatures.every(({ serialization }) => mayBeLeftOut(path, serialization.ignore_paths))

async function differenceByPieces(signed: SignedModel, files: readonly ModelFile[]): Promise<ReturnType<typeof differenceOf>> {
  const counted = files.filter(({ path }) => !mayBeLeftOut(path, signed.serialization.ignore_paths))
  return differenceOf(signed.resources, await hashResources(counted, signed.serialization, hashProgress()))
}

function bundlesIn(given: Given, flag: 'signature' | 'attestations', file: string): readonly Bundle[] {
  if (!existsSync(file)) {
    if (textOf(given, flag) === undefined) return []
    throw new ConfigProblem(`--${flag}: ${file} is not there.`)
  }
  return readBundles(textOfFile(file, `--${flag}`))
}

async function bundlesFrom(client: MillraceClient, version: NamedVersion): Promise<readonly Bundle[]> {
  const what = addressOf(version)
  const { attestations } = await asking(what, () => client.call('GET /api/2.0/millrace/attestations/list', version))
  const bundles: Bundle[] = []
  for (const { attestation_id } of attestations) {
    const { bundle } = await asking(what, () => client.call('GET /api/2.0/millrace/attestations/get', { ...version, attestation_id }))
    bundles.push(readBundle(bundle))
  }
  return bundles
}

/** Which files a bundle says it is over, before anybody knows whether that is true: so much decides only what is left out of the walk. */
function signedModelIn({ envelope }: Bundle): readonly SignedModel[] {
  try {
    const statement = readStatement(envelope.payload, envelope.payload_type)
    return isModelSignature(statement) ? [readSignedModel(statement)] : []
  } catch {
    // The chain tells what is wrong with it.
    return []
  }
}
